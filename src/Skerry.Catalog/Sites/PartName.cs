using System.Globalization;
using System.Text;

namespace Skerry.Catalog.Sites;

/// <summary>Names the parts of a node: <c>NODE</c> the first, <c>NODE/1</c> and so on the further ones; in front <c>GROUP/</c> where a group hears of another.</summary>
/// <param name="Node">The node.</param>
/// <param name="Number">0 for the first part.</param>
internal readonly record struct PartName(string Node, int Number)
{
    public override string ToString() => Number == 0 ? Node : string.Create(CultureInfo.InvariantCulture, $"{Node}/{Number}");

    /// <summary>Reads <c>NODE</c> or <c>NODE/NUMBER</c>, written the one way there is.</summary>
    public static bool TryParse(string text, out PartName name)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var number = 0;
        name = default;
        if (slash >= 0 && (!int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out number) || number is < 1 or >= SiteBounds.MaxRecords)) return false;
        name = new PartName(slash < 0 ? text : text[..slash], number);
        return IsName(name.Node, SiteBounds.MaxNodeName) && name.ToString() == text;
    }

    /// <summary>Reads <c>GROUP/NODE</c> or <c>GROUP/NODE/NUMBER</c>.</summary>
    public static bool TryParse(string text, out string group, out PartName name)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        (group, name) = (slash < 0 ? "" : text[..slash], default);
        return IsGroup(group) && TryParse(text[(slash + 1)..], out name);
    }

    /// <summary>Whether a group may have this name.</summary>
    public static bool IsGroup(string name) => IsName(name, SiteBounds.MaxGroupName);

    private static bool IsName(string name, int most) => name.Length > 0 && !name.Contains('/', StringComparison.Ordinal) && Encoding.UTF8.GetByteCount(name) <= most;
}
