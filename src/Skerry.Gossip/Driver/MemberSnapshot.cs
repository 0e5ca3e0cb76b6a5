using System.Globalization;
using System.Net;
using System.Text;

using Microsoft.Extensions.Logging;

namespace Skerry.Gossip.Driver;

/// <summary>
/// The members known, in a file that is only appended to and now and then rewritten: where to rejoin after a crash. Serf's lines
/// (<c>alive: NAME IP:PORT</c>, <c>not-alive: NAME</c>, <c>clock: N</c>, <c>leave</c> ...). A write that fails is told once and never stops gossip.
/// </summary>
internal sealed class MemberSnapshot : IDisposable
{
    private const int CompactAbove = 128 * 1024;

    private readonly string _path;
    private readonly ILogger _logger;
    private readonly SortedDictionary<string, IPEndPoint> _alive = new(StringComparer.Ordinal);
    private StreamWriter? _writer;
    private bool _toldUnwritable;

    private MemberSnapshot(string path, ILogger logger)
    {
        _path = path;
        _logger = logger;
    }

    /// <summary>Member, event and query clock.</summary>
    public (ulong Member, ulong Event, ulong Query) Clocks { get; private set; }

    /// <summary>Those held alive when the file was last written.</summary>
    public IReadOnlyDictionary<string, IPEndPoint> Alive => _alive;

    /// <summary>Reads what is there; lines that make no sense are set aside beside the file, and the rest counts.</summary>
    /// <param name="path">The file; made when it is missing.</param>
    /// <param name="rejoinAfterLeave">Whether members count that were known before a graceful leave.</param>
    /// <param name="logger">For damage.</param>
    public static MemberSnapshot Open(string path, bool rejoinAfterLeave, ILogger logger)
    {
        var snapshot = new MemberSnapshot(path, logger);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            if (File.Exists(path)) snapshot.Replay(rejoinAfterLeave);
            snapshot.Compact();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            snapshot.TellUnwritable(failure);
        }

        return snapshot;
    }

    public void MemberAlive(string name, IPEndPoint address)
    {
        _alive[name] = address;
        Append($"alive: {name} {address}");
    }

    public void MemberGone(string name)
    {
        if (_alive.Remove(name)) Append($"not-alive: {name}");
    }

    public void ClocksMoved((ulong Member, ulong Event, ulong Query) clocks)
    {
        Clocks = (clocks.Member - 1, clocks.Event - 1, clocks.Query - 1);
        Append(ClockLines());
    }

    public void Left() => Append("leave");

    public void Dispose() => _writer?.Dispose();

    private string ClockLines() => string.Create(
        CultureInfo.InvariantCulture, $"clock: {Clocks.Member}\nevent-clock: {Clocks.Event}\nquery-clock: {Clocks.Query}");

    private void Replay(bool rejoinAfterLeave)
    {
        var unreadable = new List<string>();
        foreach (var line in File.ReadLines(_path, Encoding.UTF8))
        {
            if (!TryApply(line, rejoinAfterLeave)) unreadable.Add(line);
        }

        if (unreadable.Count == 0) return;
        var aside = $"{_path}.corrupt-{DateTime.UtcNow:yyyyMMddHHmmss}";
        File.Copy(_path, aside, overwrite: true);
        GossipLog.SnapshotDamaged(_logger, unreadable.Count, _path, aside);
    }

    private bool TryApply(string line, bool rejoinAfterLeave)
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
                var space = value.LastIndexOf(' ');
                if (space <= 0 || !IPEndPoint.TryParse(value.AsSpan(space + 1), out var address) || address.Port == 0) return false;
                _alive[value[..space]] = address;
                return true;
            case "not-alive":
                _alive.Remove(value);
                return true;
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

    private static bool TryClock(string value, out ulong time) => ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out time);

    private void Append(string lines)
    {
        if (_writer is null && _toldUnwritable) return;
        try
        {
            _writer ??= Open();
            _writer.Write(lines + "\n");
            _writer.Flush();
            if (_writer.BaseStream.Length > Math.Max(CompactAbove, 2 * 128 * _alive.Count)) Compact();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            TellUnwritable(failure);
        }
    }

    private StreamWriter Open() => new(new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read), new UTF8Encoding(false));

    /// <summary>Writes what still counts into a new file, flushes it and puts it in the old one's place.</summary>
    private void Compact()
    {
        _writer?.Dispose();
        _writer = null;
        var temporary = _path + ".compact";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            using var writer = new StreamWriter(file, new UTF8Encoding(false), leaveOpen: true);
            foreach (var (name, address) in _alive) writer.Write($"alive: {name} {address}\n");
            writer.Write(ClockLines() + "\n");
            writer.Flush();
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, _path, overwrite: true);
        _writer = Open();
    }

    private void TellUnwritable(Exception failure)
    {
        if (!_toldUnwritable) GossipLog.SnapshotUnwritable(_logger, _path, failure.Message);
        _toldUnwritable = true;
    }
}
