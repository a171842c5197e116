using static TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>One entry of an index expression.</summary>
    public struct TensorIndex
    {
        internal const long NoneKind = 0, EllipsisKind = 1, SingleKind = 2, BoolKind = 3, SliceKind = 4, TensorKind = 5;
        private const long Absent = long.MinValue;

        internal long Kind, First, Last, Step;
        internal Tensor? Index;

        public static TensorIndex Ellipsis = new() { Kind = EllipsisKind };
        public static TensorIndex None = new() { Kind = NoneKind };
        public static TensorIndex Null = None;
        public static TensorIndex Colon = Slice();

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new() { Kind = SliceKind, First = start ?? Absent, Last = stop ?? Absent, Step = step ?? Absent };

        public static TensorIndex Slice(Range range)
        {
            long? start = range.Start.IsFromEnd ? -range.Start.Value : range.Start.Value;
            long? stop = !range.End.IsFromEnd ? range.End.Value : range.End.Value == 0 ? null : -range.End.Value;
            return range.Start is { IsFromEnd: true, Value: 0 } ? Slice(long.MaxValue, stop) : Slice(start, stop);
        }

        public static TensorIndex Slice((int? start, int? end) range) => Slice(range.start, range.end);

        public static TensorIndex Bool(bool value) => new() { Kind = BoolKind, First = value ? 1 : 0 };

        public static TensorIndex Single(long? index) => index is { } i ? new() { Kind = SingleKind, First = i } : None;

        public static TensorIndex Tensor(Tensor tensor) => new() { Kind = TensorKind, Index = tensor };

        public static implicit operator TensorIndex(long value) => Single(value);
        public static implicit operator TensorIndex(Index index) => Single(index.IsFromEnd ? -index.Value : index.Value);
        public static implicit operator TensorIndex(Range range) => Slice(range);
        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range);

        /// <summary>The tensor of a tensor index, the number of a single one.</summary>
        public static implicit operator Tensor(TensorIndex value) => value.Kind switch
        {
            TensorKind => value.Index!,
            SingleKind => tensor(value.First),
            _ => throw new InvalidOperationException("Only an index that is a tensor or a number is also a tensor."),
        };
    }

    public unsafe partial class Tensor
    {
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        public Tensor this[params long[] indices]
        {
            get => Numbers(indices);
            set => Put(value, indices);
        }

        public Tensor this[long i1]
        {
            get => Numbers(i1);
            set => Put(value, i1);
        }

        public Tensor this[long i1, long i2]
        {
            get => Numbers(i1, i2);
            set => Put(value, i1, i2);
        }

        public Tensor this[long i1, long i2, long i3]
        {
            get => Numbers(i1, i2, i3);
            set => Put(value, i1, i2, i3);
        }

        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => Numbers(i1, i2, i3, i4);
            set => Put(value, i1, i2, i3, i4);
        }

        public Tensor index(params TensorIndex[] indices)
        {
            var entries = (Span<IndexEntry>)stackalloc IndexEntry[8];
            entries = Entries(indices, entries);
            var result = ts_index(Handle, entries, entries.Length);
            GC.KeepAlive(indices);
            return New(result, this);
        }

        public Tensor index(params Tensor[] indices) => index(Array.ConvertAll(indices, TensorIndex.Tensor));

        public Tensor index_put_(Tensor value, params TensorIndex[] indices)
        {
            var entries = (Span<IndexEntry>)stackalloc IndexEntry[8];
            entries = Entries(indices, entries);
            var status = ts_index_put_(Handle, entries, entries.Length, value.Handle);
            GC.KeepAlive(indices);
            return Done(status, value);
        }

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            var entries = (Span<IndexEntry>)stackalloc IndexEntry[8];
            entries = Entries(indices, entries);
            var status = ts_index_put_scalar_(Handle, entries, entries.Length, value.Value);
            GC.KeepAlive(indices);
            return Done(status);
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, Array.ConvertAll(indices, TensorIndex.Tensor));

        public Tensor index_put_(Scalar value, params Tensor[] indices) => index_put_(value, Array.ConvertAll(indices, TensorIndex.Tensor));

        private Tensor Numbers(params ReadOnlySpan<long> indices)
        {
            if (indices.Length == 1)
            {
                return select(0, indices[0]);
            }

            var entries = (Span<IndexEntry>)stackalloc IndexEntry[8];
            entries = Entries(indices, entries);
            return New(ts_index(Handle, entries, entries.Length), this);
        }

        private void Put(Tensor value, params ReadOnlySpan<long> indices)
        {
            var entries = (Span<IndexEntry>)stackalloc IndexEntry[8];
            entries = Entries(indices, entries);
            Done(ts_index_put_(Handle, entries, entries.Length, value.Handle), value);
        }

        private static Span<IndexEntry> Entries(TensorIndex[] indices, Span<IndexEntry> buffer)
        {
            var entries = indices.Length <= buffer.Length ? buffer[..indices.Length] : new IndexEntry[indices.Length];
            for (var i = 0; i < entries.Length; i++)
            {
                var index = indices[i];
                entries[i] = new() { Kind = index.Kind, Start = index.First, Stop = index.Last, Step = index.Step, Tensor = OrZero(index.Index) };
            }

            return entries;
        }

        private static Span<IndexEntry> Entries(ReadOnlySpan<long> indices, Span<IndexEntry> buffer)
        {
            var entries = indices.Length <= buffer.Length ? buffer[..indices.Length] : new IndexEntry[indices.Length];
            for (var i = 0; i < entries.Length; i++)
            {
                entries[i] = new() { Kind = TensorIndex.SingleKind, Start = indices[i] };
            }

            return entries;
        }
    }
}
