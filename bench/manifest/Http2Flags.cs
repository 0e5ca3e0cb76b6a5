namespace Skerry.Bench.Manifest;

/// <summary>Flags of frames (RFC 9113, section 6).</summary>
internal static class Http2Flags
{
    public const byte EndStream = 1;
    public const byte Acknowledged = 1;
    public const byte EndHeaders = 4;
}
