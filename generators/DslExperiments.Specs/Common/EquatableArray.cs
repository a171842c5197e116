using System.Collections;

namespace DslExperiments.Specs;

/// <summary>An immutable array that compares by its items, so that records holding it compare by value.</summary>
/// <typeparam name="T">The items' type; its default equality decides.</typeparam>
public readonly struct EquatableArray<T> : IReadOnlyList<T>, IEquatable<EquatableArray<T>>
{
    private readonly T[]? items;

    internal EquatableArray(T[] items) => this.items = items;

    /// <summary>The array without items; equal to <c>default</c>.</summary>
    public static EquatableArray<T> Empty => default;

    /// <summary>Number of items.</summary>
    public int Count => items?.Length ?? 0;

    /// <summary>Number of items.</summary>
    public int Length => Count;

    /// <summary>True when there are no items.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>The item at <paramref name="index"/>, counted from 0.</summary>
    public T this[int index] => (items ?? Array.Empty<T>())[index];

    /// <summary>True when both hold equal items in the same order.</summary>
    public static bool operator ==(EquatableArray<T> left, EquatableArray<T> right) => left.Equals(right);

    /// <summary>True when the items or their order differ.</summary>
    public static bool operator !=(EquatableArray<T> left, EquatableArray<T> right) => !left.Equals(right);

    /// <summary>Copies an array.</summary>
    public static implicit operator EquatableArray<T>(T[] items) => EquatableArray.Create(items);

    /// <summary>The position of the first equal item, or -1.</summary>
    public int IndexOf(T item) => items is null ? -1 : Array.IndexOf(items, item);

    /// <summary>True when an equal item is in the array.</summary>
    public bool Contains(T item) => IndexOf(item) >= 0;

    /// <inheritdoc/>
    public bool Equals(EquatableArray<T> other)
    {
        if (ReferenceEquals(items, other.items))
        {
            return true;
        }

        if (Count != other.Count)
        {
            return false;
        }

        EqualityComparer<T> comparer = EqualityComparer<T>.Default;
        for (int i = 0; i < Count; i++)
        {
            if (!comparer.Equals(items![i], other.items![i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is EquatableArray<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        unchecked
        {
            int hash = 17;
            for (int i = 0; i < Count; i++)
            {
                hash = (hash * 31) + (items![i]?.GetHashCode() ?? 0);
            }

            return hash;
        }
    }

    /// <summary>Enumerates without allocating.</summary>
    public Enumerator GetEnumerator() => new(items ?? Array.Empty<T>());

    /// <inheritdoc/>
    IEnumerator<T> IEnumerable<T>.GetEnumerator() => ((IEnumerable<T>)(items ?? Array.Empty<T>())).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => (items ?? Array.Empty<T>()).GetEnumerator();

    /// <summary>Walks over the items.</summary>
    public struct Enumerator
    {
        private readonly T[] items;
        private int index;

        internal Enumerator(T[] items)
        {
            this.items = items;
            index = -1;
        }

        /// <summary>The item at the current position.</summary>
        public readonly T Current => items[index];

        /// <summary>Goes one item further; false at the end.</summary>
        public bool MoveNext() => ++index < items.Length;
    }
}

/// <summary>Makes <see cref="EquatableArray{T}"/>.</summary>
public static class EquatableArray
{
    /// <summary>An array of copies of the items.</summary>
    public static EquatableArray<T> Create<T>(params T[] items) => new((T[])items.Clone());

    /// <summary>An array of the items of a sequence.</summary>
    public static EquatableArray<T> ToEquatableArray<T>(this IEnumerable<T> items) => new(items.ToArray());
}
