using System.Buffers.Binary;

namespace DslExperiments.Text.Tokenizers;

/// <summary>Walks over the fields of one protobuf message. Lengths are checked against what is there before anything is taken.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;

    /// <summary>The number of the field that was read last.</summary>
    public int Field { get; private set; }

    /// <summary>The bytes of a field of length (wire type 2); empty for the other types.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>The value of a field of another wire type, its bits unchanged.</summary>
    public ulong Value { get; private set; }

    /// <summary>Its wire type: 0 varint, 1 eight bytes, 2 length, 5 four bytes.</summary>
    public int WireType { get; private set; }

    /// <summary>A field's value as float32.</summary>
    public readonly float Float => BitConverter.UInt32BitsToSingle((uint)Value);

    /// <summary>A field's value as an int32.</summary>
    public readonly int Int32 => (int)Value;

    /// <summary>Goes to the next field, if there is one.</summary>
    public bool Next()
    {
        if (_at >= _message.Length)
        {
            return false;
        }

        var start = _at;
        var key = Varint();
        Field = (int)(key >> 3);
        WireType = (int)(key & 7);
        if (Field == 0 || key >> 3 > 0x1FFFFFFF)
        {
            throw new InvalidDataException($"field number {key >> 3} at byte {start} of a message");
        }

        Bytes = default;
        Value = 0;
        switch (WireType)
        {
            case 0:
                Value = Varint();
                break;
            case 1:
                Value = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case 2:
                Bytes = Take(Varint());
                break;
            case 5:
                Value = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw new InvalidDataException($"field {Field} has the unknown wire type {WireType}");
        }

        return true;
    }

    /// <summary>Refuses the field unless it has a wire type.</summary>
    public readonly void Expect(int wireType, string name)
    {
        if (WireType != wireType)
        {
            throw new InvalidDataException($"{name} has wire type {WireType} instead of {wireType}");
        }
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)(_message.Length - _at))
        {
            throw new InvalidDataException($"field {Field} wants {length} bytes, but {_message.Length - _at} are left");
        }

        var taken = _message.Slice(_at, (int)length);
        _at += (int)length;
        return taken;
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (_at >= _message.Length)
            {
                throw new InvalidDataException("the file ends within a number");
            }

            var next = _message[_at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("a number has more than ten bytes");
    }
}
