using static TorchSharp.Native;

namespace TorchSharp;

public static partial class torch
{
    public unsafe partial class Tensor
    {
        public ScalarType dtype => (ScalarType)Ask(ts_dtype(Handle));
        public long dim() => Ask(ts_dim(Handle));
        public long ndim => dim();
        public long Dimensions => dim();
        public long numel() => Ask(ts_numel(Handle));
        public long NumberOfElements => numel();
        public long element_size() => Ask(ts_element_size(Handle));
        public long ElementSize => element_size();
        public long storage_offset() => Ask(ts_storage_offset(Handle));

        public DeviceType device_type => (DeviceType)Ask(ts_device_type(Handle));
        public int device_index => Ask(ts_device_index(Handle));
        public Device device => new(device_type, device_index);

        public bool is_contiguous() => Ask(ts_is_contiguous(Handle)) != 0;
        public bool is_leaf => Ask(ts_is_leaf(Handle)) != 0;
        public bool is_sparse => Ask(ts_is_sparse(Handle)) != 0;
        public bool is_pinned() => Ask(ts_is_pinned(Handle)) != 0;
        public bool is_cuda => device_type == DeviceType.CUDA;
        public bool is_cpu() => device_type == DeviceType.CPU;
        public bool is_meta => device_type == DeviceType.META;
        public bool is_floating_point() => torch.is_floating_point(dtype);
        public bool is_complex() => torch.is_complex(dtype);
        public bool is_integral() => torch.is_integral(dtype);

        public long[] shape
        {
            get
            {
                var sizes = new long[dim()];
                fixed (long* output = sizes)
                {
                    ts_sizes(Handle, output);
                }

                GC.KeepAlive(this);
                return sizes;
            }
        }

        public long[] size() => shape;

        public long size(int dim) => shape[Wrap(dim)];

        public long[] stride()
        {
            var strides = new long[dim()];
            fixed (long* output = strides)
            {
                ts_strides(Handle, output);
            }

            GC.KeepAlive(this);
            return strides;
        }

        public long stride(int dim) => stride()[Wrap(dim)];

        public override string ToString() => $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";

        private long Wrap(long dim)
        {
            var count = this.dim();
            return dim >= -count && dim < count
                ? (dim + count) % count
                : throw new ArgumentOutOfRangeException(nameof(dim), dim, $"The tensor has {count} dimensions.");
        }

        private long Ask(long answer)
        {
            GC.KeepAlive(this);
            return answer;
        }

        private int Ask(int answer)
        {
            GC.KeepAlive(this);
            return answer;
        }
    }
}
