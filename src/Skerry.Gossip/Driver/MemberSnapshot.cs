using System.Globalization;
using System.Net;
using System.Text;

using Microsoft.Extensions.Logging;

namespace Skerry.Gossip.Driver;

/// <summary>
/// The members known, in a file that is appended to and now and then rewritten: where to rejoin after a crash. Serf's lines (<c>alive: NAME IP:PORT</c>,
/// <c>not-alive: NAME</c>, <c>clock: N</c>, <c>leave</c> ...). Written half a second after a change at the latest and never from the caller's thread, so
/// that a slow disk does not slow gossip; a write that fails is told once, gossip goes on, and the file is written whole when the disk takes it again.
/// </summary>
internal sealed class MemberSnapshot : IDisposable
{
    /// <summary>A file as long as this is rewritten (Serf's snapshotSizeLimit), or twice what its members need if that is more.</summary>
    private const int CompactAbove = 128 * 1024;

    private const int BytesPerMember = 128;

    /// <summary>Nothing of ours grows so large; whatever it is, it is not read line by line.</summary>
    private const long LargestReadable = 64 * 1024 * 1024;

    private static readonly TimeSpan FlushDelay = TimeSpan.FromMilliseconds(500);
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Lock _gate = new();
    private readonly string _path;
    private readonly ILogger _logger;
    private readonly ITimer _flush;
    private readonly StringBuilder _pending = new();
    private SortedDictionary<string, IPEndPoint> _alive = new(StringComparer.Ordinal);
    private (ulong Member, ulong Event, ulong Query) _clocks;
    private FileStream? _file;
    private bool _armed;
    private bool _clocksMoved;
    private bool _closed;
    private bool _failing;

    private MemberSnapshot(string path, TimeProvider time, ILogger logger)
    {
        _path = path;
        _logger = logger;
        _flush = time.CreateTimer(_ => Flush(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Member, event and query clock as last written.</summary>
    public (ulong Member, ulong Event, ulong Query) Clocks { get { lock (_gate) return _clocks; } }

    /// <summary>Those held alive, in ordinal order of the names.</summary>
    public KeyValuePair<string, IPEndPoint>[] Alive { get { lock (_gate) return [.. _alive]; } }

    /// <summary>Reads what is there; a file with lines that make no sense is kept beside as <c>.corrupt-N</c>, and the rest of it counts.</summary>
    /// <param name="path">The file; made when it is missing.</param>
    /// <param name="rejoinAfterLeave">Whether members count that were known before a graceful leave.</param>
    /// <param name="time">For the delay before a write.</param>
    /// <param name="logger">For damage.</param>
    public static MemberSnapshot Open(string path, bool rejoinAfterLeave, TimeProvider time, ILogger logger)
    {
        var snapshot = new MemberSnapshot(path, time, logger);
        lock (snapshot._gate)
        {
            try
            {
                if (File.Exists(path)) snapshot.Replay(rejoinAfterLeave);
                snapshot.Rewrite();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                snapshot.TellFailure(failure);
            }
        }

        return snapshot;
    }

    public void MemberAlive(string name, IPEndPoint address)
    {
        if (!SnapshotReplay.IsName(name)) return;
        lock (_gate)
        {
            if (_alive.TryGetValue(name, out var known) && known.Equals(address)) return;
            _alive[name] = address;
            Append($"alive: {name} {address}\n");
        }
    }

    public void MemberGone(string name)
    {
        lock (_gate)
        {
            if (_alive.Remove(name)) Append($"not-alive: {name}\n");
        }
    }

    /// <summary>The clocks have moved; the file keeps the last time each has seen.</summary>
    public void ClocksMoved((ulong Member, ulong Event, ulong Query) clocks)
    {
        lock (_gate)
        {
            _clocks = (clocks.Member - 1, clocks.Event - 1, clocks.Query - 1);
            _clocksMoved = true;
            Append("");
        }
    }

    /// <summary>The node leaves: on the disk when this returns, and nothing is written after it.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (_closed) return;
            _pending.Append("leave\n");
            Write();
            _closed = true;
        }
    }

    public void Dispose()
    {
        _flush.Dispose();
        lock (_gate)
        {
            if (!_closed) Write();
            _closed = true;
            _file?.Dispose();
            _file = null;
        }
    }

    private void Append(string line)
    {
        if (_closed) return;
        _pending.Append(line);
        if (_armed) return;
        _armed = true;
        _flush.Change(FlushDelay, Timeout.InfiniteTimeSpan);
    }

    private void Flush()
    {
        lock (_gate)
        {
            _armed = false;
            if (!_closed) Write();
        }
    }

    private void Write()
    {
        var lines = (_clocksMoved ? ClockLines() : "") + _pending;
        _pending.Clear();
        _clocksMoved = false;
        if (lines.Length == 0 && !_failing) return;
        try
        {
            if (_failing || _file is null)
            {
                // What failed may have left half a line: write the whole again.
                Rewrite();
                if (lines.EndsWith("leave\n", StringComparison.Ordinal)) WriteLines("leave\n");
                if (_failing) GossipLog.SnapshotWritable(_logger, _path);
                _failing = false;
                return;
            }

            WriteLines(lines);
            if (_file.Length > Math.Max(CompactAbove, 2 * BytesPerMember * _alive.Count)) Rewrite();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            TellFailure(failure);
        }
    }

    private void WriteLines(string lines)
    {
        _file!.Write(Utf8.GetBytes(lines));
        _file.Flush(flushToDisk: lines.EndsWith("leave\n", StringComparison.Ordinal));
    }

    /// <summary>Writes what still counts into a new file and, once that is on the disk, puts it in the old one's place.</summary>
    private void Rewrite()
    {
        _file?.Dispose();
        _file = null;
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(_path))!);
        var temporary = _path + ".compact";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            var lines = new StringBuilder();
            foreach (var (name, address) in _alive) lines.Append(CultureInfo.InvariantCulture, $"alive: {name} {address}\n");
            file.Write(Utf8.GetBytes(lines.Append(ClockLines()).ToString()));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, _path, overwrite: true);
        _file = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read);
    }

    private string ClockLines() => string.Create(
        CultureInfo.InvariantCulture, $"clock: {_clocks.Member}\nevent-clock: {_clocks.Event}\nquery-clock: {_clocks.Query}\n");

    private void Replay(bool rejoinAfterLeave)
    {
        if (new FileInfo(_path).Length > LargestReadable)
        {
            GossipLog.SnapshotDamaged(_logger, _path, $"it has more than {LargestReadable / 1024 / 1024} MiB", SetAside());
            return;
        }

        var replay = new SnapshotReplay(rejoinAfterLeave);
        replay.Read(_path);
        _alive = replay.Alive;
        _clocks = replay.Clocks;
        if (replay.Unreadable > 0) GossipLog.SnapshotDamaged(_logger, _path, $"{replay.Unreadable} of its lines make no sense", SetAside());
    }

    private string SetAside()
    {
        for (var number = 1; ; number++)
        {
            var aside = $"{_path}.corrupt-{number}";
            if (File.Exists(aside)) continue;
            File.Move(_path, aside);
            return aside;
        }
    }

    private void TellFailure(Exception failure)
    {
        _file?.Dispose();
        _file = null;
        if (!_failing) GossipLog.SnapshotUnwritable(_logger, _path, failure.Message);
        _failing = true;
    }
}
