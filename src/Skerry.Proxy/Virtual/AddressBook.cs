using System.Net;
using System.Text;
using System.Text.Json;

namespace Skerry.Proxy.Virtual;

/// <summary>
/// Which address a name has. The name's hash says it, so that every node and every start comes to the same; when that address is another name's already, the next
/// free one is taken, and kept on disk, so that it stays. The first and last address of each 256 are left out: some programs take them for a network's.
/// </summary>
internal sealed class AddressBook
{
    /// <summary>Names kept at most; when there are more, those that nobody wants now are forgotten.</summary>
    private const int MaxNames = 65_536;

    private readonly IPNetwork _network;
    private readonly Dictionary<string, IPAddress> _addresses = new(StringComparer.Ordinal);
    private readonly Dictionary<IPAddress, string> _names = [];

    /// <param name="network">Where addresses are taken from: IPv4, a /24 at least.</param>
    /// <param name="known">Names that have one; those outside the network, or of another name, are passed over.</param>
    public AddressBook(IPNetwork network, IEnumerable<KeyValuePair<string, string>> known)
    {
        _network = network;
        foreach (var (name, text) in known)
        {
            if (_names.Count < MaxNames && IPAddress.TryParse(text, out var address) && network.Contains(address) && _names.TryAdd(address, name) && !_addresses.TryAdd(name, address))
                _names.Remove(address);
        }
    }

    /// <summary>Whether there is something that the disk does not have.</summary>
    public bool IsChanged { get; private set; }

    /// <summary>The address of a name; null when all are taken.</summary>
    /// <param name="name">A service's name, or <c>SERVICE@GROUP</c>.</param>
    /// <param name="wanted">Names that are in use.</param>
    public IPAddress? Assign(string name, IReadOnlySet<string> wanted)
    {
        if (_addresses.TryGetValue(name, out var known)) return known;
        if (_names.Count >= MaxNames || _names.Count >= Capacity) Forget(wanted);
        if (_names.Count >= Capacity || _names.Count >= MaxNames) return null;
        var slot = Hash(name) % (ulong)Capacity;
        while (true)
        {
            var address = At((long)slot);
            if (_names.TryAdd(address, name))
            {
                IsChanged = true;
                return _addresses[name] = address;
            }

            slot = (slot + 1) % (ulong)Capacity;
        }
    }

    /// <summary>As it is kept; until the next change nothing is new.</summary>
    public byte[] Save()
    {
        IsChanged = false;
        return JsonSerializer.SerializeToUtf8Bytes(new SortedDictionary<string, string>(_addresses.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()), StringComparer.Ordinal));
    }

    /// <summary>Reads what <see cref="Save"/> wrote; what cannot be read is nothing: addresses come from the names all the same.</summary>
    public static IReadOnlyDictionary<string, string> Load(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string>>(bytes) ?? [];
        }
        catch (JsonException)
        {
            return new Dictionary<string, string>();
        }
    }

    private long Capacity => (1L << (32 - _network.PrefixLength)) / 256 * 254;

    private IPAddress At(long slot)
    {
        Span<byte> bytes = stackalloc byte[4];
        _network.BaseAddress.TryWriteBytes(bytes, out _);
        var address = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes) + (uint)((slot / 254 * 256) + (slot % 254) + 1);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, address);
        return new IPAddress(bytes);
    }

    private void Forget(IReadOnlySet<string> wanted)
    {
        foreach (var name in _addresses.Keys.Where(name => !wanted.Contains(name)).ToArray())
        {
            _addresses.Remove(name, out var address);
            _names.Remove(address!);
            IsChanged = true;
        }
    }

    /// <summary>FNV-1a, 64 bits, folded by a multiplication so that short names spread too.</summary>
    private static ulong Hash(string name)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var b in Encoding.UTF8.GetBytes(name)) hash = (hash ^ b) * 0x100000001B3;
        hash = (hash ^ (hash >> 32)) * 0x9E3779B97F4A7C15;
        return hash >> 16;
    }
}
