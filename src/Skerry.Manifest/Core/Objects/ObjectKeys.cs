using System.Globalization;
using System.Text;

namespace Skerry.Manifest.Core.Objects;

/// <summary>
/// Where a store keeps what, all of it reserved:
/// <code>
/// _skerry/STORE/.change                        written by every change: its revision and version order and number them
/// _skerry/STORE/.history/KIND/NAME/NUMBER      what that change made of the object, the number in 20 digits
/// _skerry/STORE/KIND/NAME                      the object as it is
/// </code>
/// Kinds begin with a letter, which comes after the dot, so that objects and the rest are two ranges.
/// </summary>
/// <param name="store">The store's name.</param>
internal sealed class ObjectKeys(string store)
{
    private readonly string _prefix = $"{Encoding.UTF8.GetString(ReservedKeys.Prefix)}{store}/";

    public byte[] Change => Bytes(".change");

    /// <summary>The last change's own key and all history.</summary>
    public KeyRange Past => new(Bytes("."), Bytes("/"));

    public KeyRange Objects => new(Bytes("/"), KeyRange.Prefix(Bytes("")).End);

    public byte[] Of(string kind, string name) => Bytes($"{kind}/{name}");

    public KeyRange History(string kind, string name) => KeyRange.Prefix(Bytes($".history/{kind}/{name}/"));

    public byte[] History(string kind, string name, long number) => Bytes(string.Create(CultureInfo.InvariantCulture, $".history/{kind}/{name}/{number:d20}"));

    /// <summary>The parts of a key behind the store's prefix.</summary>
    public string[] Parts(ReadOnlyMemory<byte> key) => Encoding.UTF8.GetString(key.Span)[_prefix.Length..].Split('/');

    private byte[] Bytes(string rest) => Encoding.UTF8.GetBytes(_prefix + rest);
}
