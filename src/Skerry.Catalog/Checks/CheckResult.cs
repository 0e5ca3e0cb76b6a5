using System.Text;

namespace Skerry.Catalog.Checks;

/// <summary>What one run of a check found.</summary>
/// <param name="Status">Its verdict.</param>
/// <param name="Output">For people; at most <see cref="MaxOutput"/> bytes are kept.</param>
internal readonly record struct CheckResult(CheckStatus Status, string Output)
{
    /// <summary>Output kept, bytes of UTF-8; Consul's limit.</summary>
    public const int MaxOutput = 4096;

    /// <summary>Cuts a text to <see cref="MaxOutput"/> bytes, between characters.</summary>
    public static string Cut(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) <= MaxOutput) return text;
        Encoding.UTF8.GetEncoder().Convert(text, new byte[MaxOutput], flush: false, out var used, out _, out _);
        return text[..used];
    }
}
