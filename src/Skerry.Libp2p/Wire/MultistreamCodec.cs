using System.Text;

namespace Skerry.Libp2p.Wire;

/// <summary>A word of multistream-select: its length with the newline as a varint, the word, a newline.</summary>
internal static class MultistreamCodec
{
    /// <summary>The longest word with its newline, bytes.</summary>
    public const int MaxLength = 1024;

    public static byte[] Encode(string word)
    {
        var text = Encoding.UTF8.GetBytes(word + '\n');
        var bytes = new byte[VarInt.LengthOf((ulong)text.Length) + text.Length];
        text.CopyTo(bytes, VarInt.Write(bytes, (ulong)text.Length));
        return bytes;
    }

    /// <summary>Reads what stands behind the length.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, out string word)
    {
        var isSound = text.Length > 1 && text[^1] == '\n' && text[..^1].IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0;
        word = isSound ? Encoding.ASCII.GetString(text[..^1]) : "";
        return isSound;
    }
}
