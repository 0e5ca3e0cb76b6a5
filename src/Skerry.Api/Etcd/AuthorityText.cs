using System.Text;

namespace Skerry.Api.Etcd;

/// <summary>
/// The text of the header <c>:authority</c>. Go clients that were given a URL to dial send all of it there (etcdctl does for <c>endpoint hashkv --cluster</c>), and Kestrel refuses what is no
/// host and port: what stands before the host is left out.
/// </summary>
internal sealed class AuthorityText : Encoding
{
    public static readonly AuthorityText Instance = new();

    public override int GetByteCount(char[] chars, int index, int count) => Latin1.GetByteCount(chars, index, count);

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) => Latin1.GetBytes(chars, charIndex, charCount, bytes, byteIndex);

    public override int GetCharCount(byte[] bytes, int index, int count) => HostOf(bytes.AsSpan(index, count)).Length;

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex) => Latin1.GetChars(HostOf(bytes.AsSpan(byteIndex, byteCount)), chars.AsSpan(charIndex));

    public override int GetMaxByteCount(int charCount) => charCount;

    public override int GetMaxCharCount(int byteCount) => byteCount;

    private static ReadOnlySpan<byte> HostOf(ReadOnlySpan<byte> text) => text.IndexOf("://"u8) is var end and >= 0 ? text[(end + 3)..] : text;
}
