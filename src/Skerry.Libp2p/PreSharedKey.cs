using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

using Skerry.Libp2p.Crypto;

namespace Skerry.Libp2p;

/// <summary>The key of a private network (libp2p pnet/Private-Networks-PSK-V1.md): who does not have it cannot say a word that its peers understand.</summary>
public sealed class PreSharedKey
{
    private const string Head = "/key/swarm/psk/1.0.0/";
    private const string Base16 = "/base16/";

    private readonly byte[] _key;

    /// <summary>A key of 32 secret bytes.</summary>
    public PreSharedKey(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, XSalsa20.KeyLength);
        _key = key.ToArray();
    }

    internal ReadOnlySpan<byte> Key => _key;

    /// <summary>A new key nobody else has.</summary>
    public static PreSharedKey Generate() => new(RandomNumberGenerator.GetBytes(XSalsa20.KeyLength));

    /// <summary>Reads the three lines of a <c>swarm.key</c> file.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out PreSharedKey? key)
    {
        key = null;
        var lines = text?.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (lines is not [Head, Base16, { Length: 2 * XSalsa20.KeyLength } hex] || !hex.All(char.IsAsciiHexDigit)) return false;
        key = new PreSharedKey(Convert.FromHexString(hex));
        return true;
    }

    /// <summary>The file that other libp2p programs read. It is a secret.</summary>
    public string ToFile() => $"{Head}\n{Base16}\n{Convert.ToHexStringLower(_key)}\n";
}
