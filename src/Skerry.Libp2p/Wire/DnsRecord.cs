using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;

namespace Skerry.Libp2p.Wire;

/// <summary>A record (RFC 1035, section 4.1.3). Names in its data are spelled out, so the data stands by itself.</summary>
/// <param name="Name">What about.</param>
/// <param name="Type">What kind.</param>
/// <param name="TimeToLive">Seconds it holds; 0: it holds no more.</param>
/// <param name="Data">What it says.</param>
/// <param name="IsUnique">Whether there is no other of this name and kind (RFC 6762, section 10.2).</param>
internal sealed record DnsRecord(string Name, DnsType Type, uint TimeToLive, byte[] Data, bool IsUnique = false)
{
    public static DnsRecord Ptr(string name, uint timeToLive, string target) => new(name, DnsType.Ptr, timeToLive, DnsName.Encode(target));

    /// <param name="name">What about.</param>
    /// <param name="timeToLive">Seconds.</param>
    /// <param name="texts">At most 255 bytes each.</param>
    public static DnsRecord Txt(string name, uint timeToLive, IEnumerable<string> texts) =>
        new(name, DnsType.Txt, timeToLive, [.. texts.DefaultIfEmpty("").SelectMany(text => (byte[])[(byte)Encoding.UTF8.GetByteCount(text), .. Encoding.UTF8.GetBytes(text)])], IsUnique: true);

    public static DnsRecord Srv(string name, uint timeToLive, int port, string target) =>
        new(name, DnsType.Srv, timeToLive, [0, 0, 0, 0, (byte)(port >> 8), (byte)port, .. DnsName.Encode(target)], IsUnique: true);

    public static DnsRecord Address(string name, uint timeToLive, IPAddress address)
    {
        var data = address.GetAddressBytes();
        return new DnsRecord(name, data.Length == 4 ? DnsType.A : DnsType.Aaaa, timeToLive, data, IsUnique: true);
    }

    /// <summary>The name a pointer points to.</summary>
    public bool TryGetTarget([NotNullWhen(true)] out string? target)
    {
        target = null;
        return Type == DnsType.Ptr && DnsName.TryRead(Data, 0, out target, out var end) && end == Data.Length;
    }

    /// <summary>The texts of a text record; what follows a broken one is left out.</summary>
    public IEnumerable<string> Texts()
    {
        if (Type != DnsType.Txt) yield break;
        for (var at = 0; at < Data.Length; at += 1 + Data[at])
        {
            if (at + 1 + Data[at] > Data.Length) yield break;
            yield return Encoding.UTF8.GetString(Data, at + 1, Data[at]);
        }
    }
}
