using System.Buffers.Binary;
using System.Net;

using Skerry.Primitives;

namespace Skerry.Lab.Routing;

/// <summary>Writes down the packets that enter a router: a line each with time, ends, and what begins or ends a TCP connection. For whoever asks why.</summary>
internal sealed class PacketTrace(TextWriter output)
{
    /// <summary>The environment variable that names the file to append to.</summary>
    public const string Variable = "SKERRY_LAB_TRACE";

    /// <summary>As the environment says; null: none is kept.</summary>
    public static PacketTrace? FromEnvironment() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } file ? new PacketTrace(TextWriter.Synchronized(new StreamWriter(file, append: true) { AutoFlush = true })) : null;

    public void Write(ReadOnlySpan<byte> packet, Instant now)
    {
        if (packet.Length < 20 || packet[0] >> 4 != 4) return;
        var payload = packet[((packet[0] & 0xF) * 4)..];
        var (source, target) = (new IPAddress(packet[12..16]), new IPAddress(packet[16..20]));
        if (packet[9] is 6 or 17 && payload.Length >= 8)
            output.WriteLine($"{now} {source}:{BinaryPrimitives.ReadUInt16BigEndian(payload)} > {target}:{BinaryPrimitives.ReadUInt16BigEndian(payload[2..])} {Kind(packet[9], payload)} {packet.Length}");
        else
            output.WriteLine($"{now} {source} > {target} protocol {packet[9]} {packet.Length}");
    }

    private static string Kind(byte protocol, ReadOnlySpan<byte> payload)
    {
        if (protocol == 17 || payload.Length < 14) return "UDP";
        var flags = payload[13];
        return "TCP" + ((flags & 2) != 0 ? " SYN" : "") + ((flags & 16) != 0 ? " ACK" : "") + ((flags & 1) != 0 ? " FIN" : "") + ((flags & 4) != 0 ? " RST" : "");
    }
}
