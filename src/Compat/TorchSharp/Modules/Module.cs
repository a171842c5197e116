using System.Reflection;
using TorchSharp.Modules;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>A part of a network: parameters, buffers and smaller parts, each under a name.</summary>
        public class Module : IDisposable
        {
            private readonly List<(string name, Parameter parameter)> ownParameters = [];
            private readonly List<(string name, Tensor buffer, bool persistent)> ownBuffers = [];
            private readonly List<(string name, Module module)> ownModules = [];
            private bool isTraining = true;
            private bool registered;

            protected string name;

            protected Module(string name) => this.name = name;

            public virtual string GetName() => name;

            public virtual bool training => isTraining;

            /// <summary>Registers what the fields of the object hold: parameters, buffers, modules.</summary>
            protected virtual void RegisterComponents()
            {
                if (registered)
                {
                    return;
                }

                registered = true;
                foreach (var field in GetType().GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance))
                {
                    var component = field.ComponentName();
                    switch (field.GetValue(this))
                    {
                        case Module module when !ownModules.Exists(m => m.name == component):
                            register_module(component, module);
                            break;
                        case Parameter parameter when !has_own(component):
                            register_parameter(component, parameter);
                            break;
                        case Tensor tensor and not Modules.Parameter when !has_own(component):
                            register_buffer(component, tensor);
                            break;
                    }
                }

                bool has_own(string component) =>
                    ownParameters.Exists(p => p.name == component) || ownBuffers.Exists(b => b.name == component);
            }

            /// <summary>Says that the constructor has registered all there is.</summary>
            private protected void Registered() => registered = true;

            public virtual void register_parameter(string name, Parameter param)
            {
                if (param is null || param.IsInvalid)
                {
                    throw new ArgumentNullException(nameof(param), "A parameter must have a tensor.");
                }

                if (ownParameters.Exists(p => p.name == name))
                {
                    throw new InvalidOperationException($"Parameter {name} is already registered.");
                }

                ownParameters.Add((name, param));
            }

            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                if (tensor is null || tensor.IsInvalid)
                {
                    throw new ArgumentNullException(nameof(tensor), "A buffer must have a tensor.");
                }

                if (ownBuffers.Exists(b => b.name == name))
                {
                    throw new InvalidOperationException($"Tensor {name} is already registered.");
                }

                ownBuffers.Add((name, tensor, persistent));
            }

            /// <summary>Registers a part; null takes a part of that name away.</summary>
            public virtual void register_module(string name, Module submodule)
            {
                if (submodule is null)
                {
                    ownModules.RemoveAll(m => m.name == name);
                    return;
                }

                if (name.Contains('.'))
                {
                    throw new ArgumentException($"The name of a module cannot contain a dot: {name}");
                }

                if (ownModules.Exists(m => m.name == name))
                {
                    throw new InvalidOperationException($"Sub-module {name} is already registered.");
                }

                submodule.RegisterComponents();
                ownModules.Add((name, submodule));
            }

            public void add_module(string name, Module module) => register_module(name, module);

            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true) =>
                Named(m => m.ownParameters, recurse).DistinctBy(p => p.item, ReferenceEqualityComparer.Instance).Select(p => (p.name, p.item));

            public virtual IEnumerable<Parameter> parameters(bool recurse = true) => named_parameters(recurse).Select(p => p.parameter);

            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true) =>
                Named(m => m.ownBuffers.Where(b => b.persistent || include_nonpersistent).Select(b => (b.name, b.buffer)), recurse)
                    .DistinctBy(b => b.item, ReferenceEqualityComparer.Instance).Select(b => (b.name, b.item));

            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true) =>
                named_buffers(recurse, include_nonpersistent).Select(b => b.buffer);

            public virtual IEnumerable<(string name, Module module)> named_children() => ownModules;

            public virtual IEnumerable<Module> children() => named_children().Select(m => m.module);

            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach (var (childName, child) in named_children())
                {
                    yield return (childName, child);
                    foreach (var (grandchildName, grandchild) in child.named_modules())
                    {
                        yield return ($"{childName}.{grandchildName}", grandchild);
                    }
                }
            }

            public virtual IEnumerable<Module> modules() => named_modules().Select(m => m.module);

            public virtual bool has_parameter(string target) => named_parameters().Any(p => p.name == target);

            public virtual Parameter? get_parameter(string target) => named_parameters().FirstOrDefault(p => p.name == target).parameter;

            public virtual bool has_buffer(string target) => named_buffers().Any(b => b.name == target);

            public virtual Tensor? get_buffer(string target) => named_buffers().FirstOrDefault(b => b.name == target).buffer;

            public virtual Module apply(Action<Module> fn)
            {
                foreach (var child in children())
                {
                    child.apply(fn);
                }

                fn(this);
                return this;
            }

            public virtual void train(bool train = true)
            {
                isTraining = train;
                foreach (var child in children())
                {
                    child.train(train);
                }
            }

            public virtual void eval() => train(false);

            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (var parameter in parameters())
                {
                    using var grad = parameter.grad;
                    if (grad is null)
                    {
                        continue;
                    }

                    if (set_to_none)
                    {
                        parameter.grad = null;
                    }
                    else
                    {
                        grad.zero_();
                    }
                }
            }

            /// <summary>All parameters and persistent buffers under their full names.</summary>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                var start = string.IsNullOrEmpty(prefix) ? "" : prefix + ".";
                foreach (var (parameterName, parameter) in named_parameters())
                {
                    destination.TryAdd(start + parameterName, parameter);
                }

                foreach (var (bufferName, buffer) in named_buffers(true, false))
                {
                    destination.TryAdd(start + bufferName, buffer);
                }

                return destination;
            }

            /// <summary>Copies values in; strict asks for exactly the same names.</summary>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                var own = state_dict();
                var missing = own.Keys.Where(k => skip?.Contains(k) != true && !source.ContainsKey(k)).ToList();
                var unexpected = source.Keys.Where(k => skip?.Contains(k) != true && !own.ContainsKey(k)).ToList();
                if (strict && missing.Count + unexpected.Count > 0)
                {
                    throw new InvalidOperationException($"The loaded state_dict is not identical to the target dictionary. Missing: {string.Join(", ", missing)}. Unexpected: {string.Join(", ", unexpected)}.");
                }

                using (no_grad())
                {
                    foreach (var (key, target) in own)
                    {
                        if (skip?.Contains(key) != true && source.TryGetValue(key, out var value))
                        {
                            target.copy_(value);
                        }
                    }
                }

                return (missing, unexpected);
            }

            protected virtual Module _to(Device device, ScalarType dtype, bool non_blocking) => Convert(device, dtype);

            protected virtual Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) => Convert(new Device(deviceType, deviceIndex), null);

            protected virtual Module _to(ScalarType dtype, bool non_blocking) => Convert(null, dtype);

            internal void To(Device? device, ScalarType? dtype, bool nonBlocking)
            {
                if (device is not null && dtype is { } both)
                {
                    _to(device, both, nonBlocking);
                }
                else if (device is not null)
                {
                    _to(device.type, device.index, nonBlocking);
                }
                else if (dtype is { } type)
                {
                    _to(type, nonBlocking);
                }
            }

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            protected virtual void Dispose(bool disposing)
            {
                if (!disposing)
                {
                    return;
                }

                ownParameters.ForEach(p => p.parameter.Dispose());
                ownBuffers.ForEach(b => b.buffer.Dispose());
                ownModules.ForEach(m => m.module.Dispose());
            }

            internal bool IsDisposed => ownParameters.Exists(p => p.parameter.IsInvalid);

            /// <summary>Parameters and buffers change in place, so that fields, optimisers and dictionaries keep the same objects.</summary>
            private Module Convert(Device? device, ScalarType? dtype)
            {
                foreach (var child in children())
                {
                    child.To(device, dtype, false);
                }

                using (no_grad())
                {
                    foreach (var tensor in ownParameters.Select(p => (Tensor)p.parameter).Concat(ownBuffers.Select(b => b.buffer)))
                    {
                        var type = tensor.is_floating_point() ? dtype ?? tensor.dtype : tensor.dtype;
                        var place = device ?? tensor.device;
                        if (type != tensor.dtype || place.type != tensor.device_type || place.index != tensor.device_index)
                        {
                            tensor.Become(tensor.to(type, place));
                        }
                    }
                }

                return this;
            }

            private IEnumerable<(string name, T item)> Named<T>(Func<Module, IEnumerable<(string name, T item)>> own, bool recurse)
            {
                foreach (var entry in own(this))
                {
                    yield return entry;
                }

                if (!recurse)
                {
                    yield break;
                }

                foreach (var (childName, child) in named_children())
                {
                    foreach (var (itemName, item) in child.Named(own, true))
                    {
                        yield return ($"{childName}.{itemName}", item);
                    }
                }
            }
        }
    }
}

public static class FieldInfoExtensionMethods
{
    /// <summary>The name a field's component is registered under.</summary>
    public static string ComponentName(this FieldInfo field) =>
        field.GetCustomAttribute<ComponentNameAttribute>()?.Name ?? field.Name;
}

public static class ModuleExtensionMethods
{
    public static T to<T>(this T module, torch.Device device, bool non_blocking = false) where T : torch.nn.Module => To(module, device, null, non_blocking);
    public static T to<T>(this T module, torch.Device device, torch.ScalarType type, bool non_blocking = false) where T : torch.nn.Module => To(module, device, type, non_blocking);
    public static T to<T>(this T module, torch.ScalarType type, bool non_blocking = false) where T : torch.nn.Module => To(module, null, type, non_blocking);
    public static T to<T>(this T module, string device, bool non_blocking = false) where T : torch.nn.Module => To(module, new torch.Device(device), null, non_blocking);
    public static T to<T>(this T module, DeviceType deviceType, int deviceIndex = -1, bool non_blocking = false) where T : torch.nn.Module => To(module, new torch.Device(deviceType, deviceIndex), null, non_blocking);
    public static T to<T>(this T module, torch.Tensor other, bool non_blocking = false) where T : torch.nn.Module => To(module, other.device, other.dtype, non_blocking);
    public static T cpu<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => To(module, torch.CPU, null, non_blocking);
    public static T cuda<T>(this T module, int deviceIndex = -1, bool non_blocking = false) where T : torch.nn.Module => To(module, new torch.Device(DeviceType.CUDA, deviceIndex), null, non_blocking);
    public static T @float<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => To(module, null, torch.ScalarType.Float32, non_blocking);
    public static T @double<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => To(module, null, torch.ScalarType.Float64, non_blocking);
    public static T half<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => To(module, null, torch.ScalarType.Float16, non_blocking);
    public static T bfloat16<T>(this T module, bool non_blocking = false) where T : torch.nn.Module => To(module, null, torch.ScalarType.BFloat16, non_blocking);

    private static T To<T>(T module, torch.Device? device, torch.ScalarType? type, bool nonBlocking) where T : torch.nn.Module
    {
        module.To(device, type, nonBlocking);
        return module;
    }
}
