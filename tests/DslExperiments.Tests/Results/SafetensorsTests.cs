using System.Buffers.Binary;
using System.Text;
using DslExperiments.Results;

namespace DslExperiments.Tests.Results;

/// <summary>The file format: what is written comes back, and hostile bytes are refused in words.</summary>
public sealed class SafetensorsTests
{
    [Fact]
    public void What_is_written_comes_back()
    {
        using var stream = new MemoryStream();
        Safetensors.Write(
            stream,
            [
                SafeTensor.Of("b", (double[])[1, double.NaN, double.NegativeInfinity, -0.0, double.Epsilon, 6], 2, 3),
                SafeTensor.Of("a", (float[])[0.1f]),
                SafeTensor.Of("none", (float[])[], 0, 4),
            ],
            new Dictionary<string, string> { ["key"] = "ünïcode \"quoted\"" });
        stream.Position = 0;
        var file = Safetensors.Read(stream);

        Assert.Equal(["a", "b", "none"], file.Tensors.Keys);
        Assert.Equal("ünïcode \"quoted\"", file.Metadata["key"]);
        Assert.Equal([2L, 3L], file.Tensors["b"].Shape.AsEnumerable());
        Assert.Empty(file.Tensors["a"].Shape);
        Assert.Equal(
            new[] { 1, double.NaN, double.NegativeInfinity, -0.0, double.Epsilon, 6 }.Select(BitConverter.DoubleToInt64Bits),
            file.Tensors["b"].ToArray<double>().Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal([0.1f], file.Tensors["a"].ToArray<float>());
    }

    [Fact]
    public void The_bytes_are_those_of_the_format()
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, [SafeTensor.Of("x", (float[])[1], 1)]);
        var bytes = stream.ToArray();

        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        Assert.Equal(0, length % 8);
        Assert.Equal("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", Encoding.UTF8.GetString(bytes, 8, length).TrimEnd(' '));
        Assert.Equal([0, 0, 0x80, 0x3f], bytes[(8 + length)..]);
    }

    [Fact]
    public void The_order_of_tensors_does_not_matter()
    {
        static byte[] Bytes(params string[] names)
        {
            using var stream = new MemoryStream();
            Safetensors.Write(stream, names.Select(static name => SafeTensor.Of(name, (float[])[name[0]], 1)));
            return stream.ToArray();
        }

        Assert.Equal(Bytes("a", "b", "c"), Bytes("c", "a", "b"));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 4, "outside")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "outside")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, "outside")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "needs 12 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "negative")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}""", 8, "malformed")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1e400],"data_offsets":[0,8]}}""", 8, "malformed")]
    [InlineData("""{"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}""", 8, "unknown type 'F31'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "overlaps")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", 12, "gap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8, "belong to no tensor")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "malformed")]
    [InlineData("""{"a":{"shape":[1],"data_offsets":[0,4]}}""", 4, "malformed")]
    [InlineData("""{"a":[]}""", 0, "malformed")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "malformed")]
    [InlineData("""[]""", 0, "malformed")]
    [InlineData("""{"a":""", 0, "malformed")]
    [InlineData("", 0, "malformed")]
    [InlineData("""{"LONG":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "…' has 1001 characters")]
    [InlineData("""{"a":{"dtype":"F32","shape":[ONES1],"data_offsets":[0,4]}}""", 4, "tensor 'a' has 65 axes")]
    public void A_header_that_does_not_add_up_is_refused(string header, int data, string expected)
    {
        header = header.Replace("LONG", new string('a', 1001), StringComparison.Ordinal).Replace("ONES", string.Concat(Enumerable.Repeat("1,", 64)), StringComparison.Ordinal);
        var json = Encoding.UTF8.GetBytes(header);
        var bytes = new byte[8 + json.Length + data];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)json.Length);
        json.CopyTo(bytes, 8);
        Assert.Contains(expected, Refusal(bytes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[0], "shorter")]
    [InlineData(new byte[] { 1, 2, 3 }, "shorter")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255 }, "claims")]
    [InlineData(new byte[] { 0, 0, 0, 8, 0, 0, 0, 0, 1, 2 }, "claims")]
    [InlineData(new byte[] { 9, 0, 0, 0, 0, 0, 0, 0, 1, 2 }, "2 are left")]
    public void A_length_that_cannot_be_is_refused(byte[] bytes, string expected) =>
        Assert.Contains(expected, Refusal(bytes), StringComparison.Ordinal);

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, [SafeTensor.Of("a", (float[])[1, 2], 2), SafeTensor.Of("b", (double[])[3], 1)]);
        var whole = stream.ToArray();
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.NotEmpty(Refusal(whole[..length]));
        }
    }

    [Fact]
    public void Random_bytes_never_do_worse_than_being_refused()
    {
        var random = new Random(7);
        using var stream = new MemoryStream();
        Safetensors.Write(stream, [SafeTensor.Of("a", (float[])[1, 2], 2), SafeTensor.Of("b", (double[])[3], 1)]);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = stream.ToArray();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                Safetensors.Read(new MemoryStream(bytes));
            }
            catch (InvalidDataException)
            {
                // Refused in words.
            }
        }
    }

    private static string Refusal(byte[] bytes) =>
        Assert.Throws<InvalidDataException>(() => Safetensors.Read(new MemoryStream(bytes))).Message;
}
