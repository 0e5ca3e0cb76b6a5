using System.Globalization;

using Google.Protobuf;

using Skerry.Api.Etcd.Wire;

namespace Skerry.Bench.Manifest;

/// <summary>Operations on keys of ten bytes with values of 256.</summary>
internal static class Keys
{
    public const int ValueBytes = 256;
    public const int KeyBytes = 10;

    /// <summary>Keys that are written and read again and again.</summary>
    public const int Space = 100_000;

    private static readonly ByteString Value = ByteString.CopyFrom([.. Enumerable.Range(0, ValueBytes).Select(i => (byte)(i * 37))]);
    private static long _last;

    public static ByteString Of(long number) => ByteString.CopyFromUtf8(number.ToString("D10", CultureInfo.InvariantCulture));

    public static (string Method, IMessage Request) Put() => (Methods.Put, new PutRequest { Key = Of(Random.Shared.Next(Space)), Value = Value });

    /// <summary>Each time another key.</summary>
    public static (string Method, IMessage Request) PutNext() => (Methods.Put, new PutRequest { Key = Of(Interlocked.Increment(ref _last)), Value = Value });

    public static (string Method, IMessage Request) Get() => (Methods.Range, new RangeRequest { Key = Of(Random.Shared.Next(Space)) });

    public static (string Method, IMessage Request) GetSerializable() => (Methods.Range, new RangeRequest { Key = Of(Random.Shared.Next(Space)), Serializable = true });

    /// <summary>One write to four linearizable reads.</summary>
    public static (string Method, IMessage Request) Mixed() => Random.Shared.Next(5) == 0 ? Put() : Get();

    /// <summary>Begins at the first key again.</summary>
    public static void Restart() => _last = 0;
}
