using Skerry.Primitives;
using Skerry.Storage;

namespace Skerry.Simulation.Disk;

/// <summary>
/// One log on a simulated disk, life after life: it is written at random, dies at any call to its disk (the process alone or the machine), and is opened again. What was
/// flushed must be there; of what came after, any number of steps from the first on; and nothing else, ever.
/// </summary>
internal sealed class LogRun
{
    private const string Identity = "site/n1";

    private readonly Prng _random;
    private readonly SimulatedDisk _disk;
    private readonly WriteAheadLogOptions _options;
    private readonly bool _hasZeros;
    private readonly List<LogModel> _possible = [LogModel.Empty];
    private WriteAheadLog? _log;

    private LogRun(ulong seed)
    {
        _random = new Prng(seed);
        _disk = new SimulatedDisk(_random.Fork());
        _options = new WriteAheadLogOptions { SegmentSize = 4096 << _random.Next(3) };
        _hasZeros = _random.Chance(0.3);
    }

    private LogModel Now => _possible[^1];

    /// <summary>Runs a seed.</summary>
    /// <exception cref="SimulationFailure">The log was something else.</exception>
    public static LogTotals Execute(ulong seed)
    {
        var run = new LogRun(seed);
        try
        {
            return run.Run();
        }
        catch (Exception failure)
        {
            throw new SimulationFailure((failure as SimulationFailure)?.Rule ?? "log", $"seed {seed}: {failure}");
        }
    }

    private LogTotals Run()
    {
        var totals = new LogTotals();
        for (var life = 0; life < 12; life++)
        {
            Open(totals);
            if (_random.Chance(0.8)) _disk.CallsLeft = _random.Next(1 + _random.Next(200));
            Live(totals);
            End(totals);
        }

        Open(totals);
        _log!.Flush();
        Keep(Now);
        _log.Dispose();
        Damage(totals);
        return totals;
    }

    /// <summary>Opens the log, dying now and then while doing so, and finds which of the possible ones it is.</summary>
    private void Open(LogTotals totals)
    {
        while (true)
        {
            if (_random.Chance(0.3)) _disk.CallsLeft = _random.Next(12);
            try
            {
                _log = WriteAheadLog.Open(_disk, Identity, _options);
                break;
            }
            catch (SimulatedCrash)
            {
                totals.Crashes++;
                _disk.Crash();
            }
        }

        _disk.CallsLeft = null;
        if (_log.Recovery.CutBytes > 0) totals.Cuts++;
        var found = _possible.FindLast(model => model.Difference(_log) is null)
            ?? throw new SimulationFailure("log", $"none of {_possible.Count} possible logs; the flushed one differs in {_possible[0].Difference(_log)}");
        Keep(found);
    }

    private void Live(LogTotals totals)
    {
        try
        {
            for (var steps = _random.Next(80); steps > 0; steps--)
            {
                totals.Steps++;
                if (_random.Chance(0.02)) _disk.IsFull = !_disk.IsFull;
                if (_random.Chance(0.01)) _disk.FailsNextFlush = true;
                try
                {
                    Step();
                }
                catch (StorageException full) when (full.IsFull)
                {
                    totals.Full++;
                    Check();
                }
            }
        }
        catch (SimulatedCrash)
        {
            totals.Crashes++;
        }
        catch (StorageException)
        {
            totals.FailedFlushes++;
            MustBeBroken(() => _log!.Flush());
            MustBeBroken(() => _log!.SetState("x"u8));
            MustBeBroken(() => _log!.Append(_log.LastIndex + 1, "x"u8));
            if (_log!.LastIndex >= _log.FirstIndex) MustBeBroken(() => _log.Read(_log.LastIndex));
        }
    }

    private void Step()
    {
        switch (_random.Next(20))
        {
            case < 10: Append(Now.Last + 1); break;
            case 10: Append(Now.Before + 1 + (ulong)_random.Next(Now.Entries.Count + 1)); break;
            case 11 or 12:
                var state = Bytes(_random.Next(40));
                _log!.SetState(state);
                _possible.Add(Now with { State = state });
                break;
            case 13: Bound(index => Now.CompactTo(index), index => _log!.CompactTo(index), Now.Before + (ulong)_random.Next(Now.Entries.Count + 2)); break;
            case 14 when _random.Chance(0.1): Bound(index => Now.Reset(index), index => _log!.Reset(index), Now.Before + (ulong)_random.Next(Now.Entries.Count + 5)); break;
            case 14 when _log!.WantsSpare: MakeSpare(); break;
            case 15: Check(); break;
            default:
                _log!.Flush();
                Keep(Now);
                break;
        }
    }

    /// <summary>Whatever goes wrong with it, the log has not been touched.</summary>
    private void MakeSpare()
    {
        try
        {
            _log!.Offer(_log.MakeSpare());
        }
        catch (StorageException)
        {
            Check();
        }
    }

    private void Append(ulong index)
    {
        var entry = Bytes(_random.Chance(0.03) ? _random.Next(9000) : _random.Next(1 + _random.Next(900)));
        _log!.Append(index, entry);
        _possible.Add(Now.Append(index, entry));
    }

    private void Bound(Func<ulong, LogModel> model, Action<ulong> act, ulong index)
    {
        var next = model(index);
        var before = _log!.FirstIndex;
        try
        {
            act(index);
            Keep(next);
        }
        catch (SimulatedCrash)
        {
            _possible.Add(next);
            throw;
        }
        catch (StorageException)
        {
            // In memory it has happened or not; on disk, if it has, nobody knows.
            if (_log.FirstIndex != before || next.Last != Now.Last) _possible.Add(next);
            throw;
        }
    }

    private void End(LogTotals totals)
    {
        _log!.Dispose();
        _disk.IsFull = false;
        _disk.FailsNextFlush = false;
        _disk.CallsLeft = null;
        if (_random.Chance(0.3)) return; // the process alone has died: what was written is there, flushed or not
        totals.Crashes++;
        _disk.Crash();
    }

    /// <summary>A bit of a flushed log changes: it is refused, or the bit was of no consequence.</summary>
    private void Damage(LogTotals totals)
    {
        var where = _disk.FlipBit();
        try
        {
            using var log = WriteAheadLog.Open(_disk, Identity, _options);
            if (Now.Difference(log) is { } difference) throw new SimulationFailure("log", $"a flipped bit, {where}, was taken in silence: {difference}");
        }
        catch (StorageException)
        {
            totals.Refused++;
        }
    }

    private void Check()
    {
        if (Now.Difference(_log!) is { } difference) throw new SimulationFailure("log", $"in memory: {difference}");
    }

    private void Keep(LogModel model)
    {
        _possible.Clear();
        _possible.Add(model);
    }

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.Fill(bytes);
        if (_hasZeros) bytes.AsSpan(0, _random.Next(length + 1)).Clear();
        else for (var i = 0; i < length; i++) bytes[i] |= 1;
        return bytes;
    }

    private static void MustBeBroken(Action call)
    {
        try
        {
            call();
        }
        catch (StorageException)
        {
            return;
        }

        throw new SimulationFailure("log", "a call went through after a failed flush");
    }
}
