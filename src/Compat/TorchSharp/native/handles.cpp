// What a tensor is: shape, type, place, and its numbers read out.
#include "shim.h"

TS(int64_t) ts_dim(Handle a) { return T(a).dim(); }
TS(int64_t) ts_numel(Handle a) { return T(a).numel(); }
TS(int) ts_dtype(Handle a) { return static_cast<int>(T(a).scalar_type()); }
TS(int64_t) ts_element_size(Handle a) { return T(a).element_size(); }
TS(int) ts_device_type(Handle a) { return static_cast<int>(T(a).device().type()); }
TS(int) ts_device_index(Handle a) { return T(a).device().index(); }
TS(int) ts_is_contiguous(Handle a) { return T(a).is_contiguous(); }
TS(int) ts_is_leaf(Handle a) { return T(a).is_leaf(); }
TS(int) ts_requires_grad(Handle a) { return T(a).requires_grad(); }
TS(int) ts_is_sparse(Handle a) { return T(a).is_sparse(); }
TS(int64_t) ts_storage_offset(Handle a) { return T(a).storage_offset(); }

TS(void) ts_sizes(Handle a, int64_t* out) { auto s = T(a).sizes(); std::copy(s.begin(), s.end(), out); }
TS(void) ts_strides(Handle a, int64_t* out) { auto s = T(a).strides(); std::copy(s.begin(), s.end(), out); }
TS(void*) ts_data_ptr(Handle a) { return T(a).data_ptr(); }

// The value of a one-element tensor as the number kind of its type.
TS(int) ts_item(Handle a, Number* out) {
    return Run([&] {
        at::Scalar value = T(a).item();
        if (value.isFloatingPoint()) {
            double number = value.toDouble();
            std::memcpy(&out->bits, &number, sizeof number);
            out->kind = 1;
        } else {
            out->kind = value.isBoolean() ? 2 : 0;
            out->bits = value.isBoolean() ? value.toBool() : value.toLong();
        }
    });
}

TS(Handle) ts_clone(Handle a) { return Make([&] { return T(a).clone(); }); }
TS(Handle) ts_detach(Handle a) { return Make([&] { return T(a).detach(); }); }
TS(Handle) ts_alias(Handle a) { return Make([&] { return at::alias(T(a)); }); }
TS(Handle) ts_share(Handle a) { return Make([&] { return T(a); }); }
TS(int) ts_detach_(Handle a) { return Run([&] { T(a).detach_(); }); }
TS(Handle) ts_contiguous(Handle a) { return Make([&] { return T(a).contiguous(); }); }
TS(int) ts_copy_(Handle a, Handle source, int non_blocking) { return Run([&] { T(a).copy_(T(source), non_blocking != 0); }); }
TS(int) ts_fill_(Handle a, Number value) { return Run([&] { T(a).fill_(S(value)); }); }
TS(int) ts_zero_(Handle a) { return Run([&] { T(a).zero_(); }); }
TS(int) ts_set_(Handle a, Handle source) { return Run([&] { T(a).set_(T(source)); }); }
TS(Handle) ts_pin_memory(Handle a) { return Make([&] { return T(a).pin_memory(); }); }
TS(int) ts_is_pinned(Handle a) { int pinned = 0; Run([&] { pinned = T(a).is_pinned(); }); return pinned; }

TS(Handle) ts_to(Handle a, int type, int device, int index, int copy, int non_blocking) {
    return Make([&] { return T(a).to(Options(type, device, index), non_blocking != 0, copy != 0); });
}
TS(Handle) ts_to_type(Handle a, int type, int copy, int non_blocking) {
    return Make([&] { return T(a).to(static_cast<at::ScalarType>(type), non_blocking != 0, copy != 0); });
}
