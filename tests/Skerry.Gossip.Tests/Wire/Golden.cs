using System.Collections.Immutable;
using System.Net;

using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;

namespace Skerry.Gossip.Tests.Wire;

/// <summary>Bytes as Serf 0.9.4 with memberlist 0.2.2 writes and takes them.</summary>
internal static class Golden
{
    public const string AliveWithTags =
        "0486a441646472a47f000001ab496e6361726e6174696f6e01a44d657461b0ff82a4726f6c65a3776562a26463a178"
        + "a44e6f6465a161a4506f7274cd461aa356736ea6010502020505";

    public const string AliveWithoutTags =
        "0486a441646472a47f000001ab496e6361726e6174696f6e01a44d657461a2ff80a44e6f6465a161a4506f7274cd461aa356736ea6010502020505";

    public const string Ping =
        "0085a44e6f6465a27079a55365714e6f01aa536f7572636541646472a47f000001aa536f757263654e6f6465a161aa536f75726365506f7274cd461a";

    public const string BarePing = "0082a44e6f6465a27079a55365714e6f01";

    public const string BarePingWithChecksum = "0ceb559f990082a44e6f6465a27079a55365714e6f01";

    public const string Dead = "0583a446726f6da161ab496e6361726e6174696f6e02a44e6f6465a161";

    public const string Suspect = "0383a446726f6da161ab496e6361726e6174696f6e01a44e6f6465a27079";

    public const string Compound = "07020011001e" + BarePing + Suspect;

    public const string IndirectPing =
        "0188a44e61636bc3a44e6f6465a27079a4506f7274cd1f0aa55365714e6f07aa536f7572636541646472a47f000001aa536f757263654e6f6465a161"
        + "aa536f75726365506f7274cd1f0aa6546172676574a47f000002";

    public const string Nack = "0b81a55365714e6f07";

    public const string PushPullHeader = "0683a44a6f696ec3a54e6f64657301ac5573657253746174654c656e0a";

    public const string JoinIntent = "080182a54c54696d6502a44e6f6465a27079";

    public const string LeaveIntent = "080083a54c54696d6503a44e6f6465a27079a55072756e65c2";

    public const string UserEvent = "080384a24343c3a54c54696d6501a44e616d65a66465706c6f79a75061796c6f6164a27631";

    public const string Query =
        "08048ba441646472a47f000001a746696c74657273c0a5466c61677301a2494401a54c54696d6501a44e616d65a470696e67a75061796c6f6164c0"
        + "a4506f7274cd1f0aab52656c6179466163746f7200aa536f757263654e6f6465a27079a754696d656f7574cebebc2000";

    public const string QueryAck = "080585a5466c61677301a446726f6da27079a2494401a54c54696d6501a75061796c6f6164c0";

    public const string SerfState =
        "0286aa4576656e744c54696d6501a64576656e747392c082a54c54696d6501a64576656e74739182a44e616d65a66465706c6f79a75061796c6f6164a27631"
        + "a54c54696d6502ab4c6566744d656d6265727390aa51756572794c54696d6501ac5374617475734c54696d657381a2707901";

    public const string TagFilter = "0182a445787072a470792e2aa3546167a4726f6c65";

    public const string NodeFilter = "0092a27079a27a7a";

    public const string ListKeys = "0781a34b6579a0";

    public const string RoleTags = "ff81a4726f6c65a3776562";

    public const string Label = "f403616263";

    public const string Encrypted =
        "01000102030405060708090a0b93ee0380097f92f63babc4d953d23e67b2fd8061ff2b397478a895ee7f0b9f869c";

    public const string EncryptedStream =
        "0a0000002e01000102030405060708090a0b93ee0380097f92f63babc4d953d23e67b2ad75da07755e3fc28fce655f84263478";

    public const string EncryptedPadded =
        "00000102030405060708090a0b93ee0380097f92f63babc4d953d23e67b22915e95ce2f2f9e92efe221b4bad63a82702040cc5aee8aed64fbaa1ae3495";

    /// <summary>The key of the encrypted vectors: 00 to 0f.</summary>
    public static readonly ByteString Key = ByteString.Own([.. Enumerable.Range(0, 16).Select(i => (byte)i)]);

    public static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    public static Keyring Ring(params ByteString[] keys) =>
        Keyring.TryCreate(keys, out var ring) ? ring : throw new ArgumentException("Not keys.", nameof(keys));

    public static NodeAddress Address(string address) => NodeAddress.From(IPEndPoint.Parse(address));

    public static ByteString Text(string text) => ByteString.CopyOf(System.Text.Encoding.UTF8.GetBytes(text));

    public static ByteString Hex(string hex) => ByteString.Own(Bytes(hex));

    public static ImmutableArray<T> List<T>(params T[] items) => [.. items];
}
