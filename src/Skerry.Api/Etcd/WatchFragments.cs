using Skerry.Api.Etcd.Wire;

namespace Skerry.Api.Etcd;

/// <summary>A large answer of a watch in parts, all but the last marked as such.</summary>
internal static class WatchFragments
{
    public static IEnumerable<WatchResponse> Of(WatchResponse whole, int limit)
    {
        var part = Begin(whole);
        var size = part.CalculateSize();
        foreach (var change in whole.Events)
        {
            // A field's tag and length take at most six bytes.
            var added = change.CalculateSize() + 6;
            if (part.Events.Count > 0 && size + added >= limit)
            {
                part.Fragment = true;
                yield return part;
                part = Begin(whole);
                size = part.CalculateSize();
            }

            part.Events.Add(change);
            size += added;
        }

        yield return part;
    }

    private static WatchResponse Begin(WatchResponse whole) => new() { Header = whole.Header, WatchId = whole.WatchId };
}
