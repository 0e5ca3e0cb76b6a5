using System.Globalization;
using System.Net;
using System.Text;

namespace Skerry.Gossip.Driver;

/// <summary>What a snapshot file says, read line by line in Serf's format; lines that make no sense are counted and passed over.</summary>
/// <param name="rejoinAfterLeave">Whether what was known before a graceful leave still counts.</param>
internal sealed class SnapshotReplay(bool rejoinAfterLeave)
{
    private readonly SortedDictionary<string, IPEndPoint> _alive = new(StringComparer.Ordinal);

    /// <summary>Members held alive at the end of the file.</summary>
    public SortedDictionary<string, IPEndPoint> Alive => _alive;

    /// <summary>Member, event and query clock at the end of the file.</summary>
    public (ulong Member, ulong Event, ulong Query) Clocks { get; private set; }

    /// <summary>Lines that make no sense.</summary>
    public int Unreadable { get; private set; }

    public void Read(string path)
    {
        foreach (var line in File.ReadLines(path, Encoding.UTF8))
        {
            if (!TryApply(line)) Unreadable++;
        }
    }

    private bool TryApply(string line)
    {
        if (line.Length == 0 || line[0] == '#' || line.StartsWith("coordinate: ", StringComparison.Ordinal)) return true;
        if (line == "leave")
        {
            if (rejoinAfterLeave) return true;
            _alive.Clear();
            Clocks = default;
            return true;
        }

        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        if (colon < 0) return false;
        var value = line[(colon + 2)..];
        switch (line[..colon])
        {
            case "alive":
                return TryAlive(value);
            case "not-alive":
                _alive.Remove(value);
                return IsName(value);
            case "clock" when TryClock(value, out var time):
                Clocks = Clocks with { Member = time };
                return true;
            case "event-clock" when TryClock(value, out var time):
                Clocks = Clocks with { Event = time };
                return true;
            case "query-clock" when TryClock(value, out var time):
                Clocks = Clocks with { Query = time };
                return true;
            default:
                return false;
        }
    }

    private bool TryAlive(string value)
    {
        // The last space separates: a name may hold spaces, an address may not.
        var space = value.LastIndexOf(' ');
        if (space <= 0 || !IsName(value.AsSpan(0, space))) return false;
        if (!IPEndPoint.TryParse(value.AsSpan(space + 1), out var address) || address.Port == 0) return false;
        _alive[value[..space]] = address;
        return true;
    }

    /// <summary>Whether a name can stand in a line. A name comes from the network: one with a line break in it would write lines of its own.</summary>
    public static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (var character in name)
        {
            if (char.IsControl(character) || character == '\uFFFD') return false;
        }

        return name.Length > 0;
    }

    private static bool TryClock(string value, out ulong time) => ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out time);
}
