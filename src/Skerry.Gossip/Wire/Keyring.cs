using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>
/// The AES keys of the group, the primary first: it encrypts, every one decrypts. Immutable: a change gives another ring, which the driver
/// writes to its file and puts in place by one write.
/// </summary>
internal sealed class Keyring
{
    private Keyring(ImmutableArray<ByteString> keys) => Keys = keys;

    /// <summary>No keys: gossip is in clear.</summary>
    public static Keyring Empty { get; } = new([]);

    /// <summary>In the order they are tried.</summary>
    public ImmutableArray<ByteString> Keys { get; }

    public bool IsEmpty => Keys.IsEmpty;

    /// <summary>The key that encrypts; the ring must not be empty.</summary>
    public ByteString Primary => Keys[0];

    /// <summary>Whether bytes can be a key: 16, 24 or 32 of them (AES-128, 192, 256).</summary>
    public static bool IsKey(ReadOnlySpan<byte> key) => key.Length is 16 or 24 or 32;

    /// <summary>A ring of these keys, each once, the first of them primary.</summary>
    /// <returns>False when one of them is no key.</returns>
    public static bool TryCreate(IEnumerable<ByteString> keys, [NotNullWhen(true)] out Keyring? ring)
    {
        ring = Empty;
        foreach (var key in keys)
        {
            if (!ring.TryAdd(key, out ring)) return false;
        }

        return true;
    }

    /// <summary>Installs a key behind the others; one that is there stays where it is.</summary>
    /// <returns>False when it is no key.</returns>
    public bool TryAdd(ByteString key, [NotNullWhen(true)] out Keyring? ring)
    {
        ring = !IsKey(key.Span) ? null : Keys.Contains(key) ? this : new Keyring(Keys.Add(key));
        return ring is not null;
    }

    /// <summary>Makes an installed key the primary.</summary>
    /// <returns>False when it is not installed.</returns>
    public bool TryUse(ByteString key, [NotNullWhen(true)] out Keyring? ring)
    {
        ring = Keys.Contains(key) ? new Keyring(Keys.Remove(key).Insert(0, key)) : null;
        return ring is not null;
    }

    /// <summary>Takes a key out; one that is not there is none the less gone.</summary>
    /// <returns>False when it is the primary.</returns>
    public bool TryRemove(ByteString key, [NotNullWhen(true)] out Keyring? ring)
    {
        ring = !IsEmpty && Primary == key ? null : Keys.Contains(key) ? new Keyring(Keys.Remove(key)) : this;
        return ring is not null;
    }
}
