using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>
/// A client of a simulated group: one request at a time, at a member it believes to lead or at any; what it does not hear of in time it sends again with the
/// same number, elsewhere. It writes down what it saw.
/// </summary>
internal sealed class RaftClient
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1), GivesUpAfter = TimeSpan.FromSeconds(6);

    private readonly RaftGroup _group;
    private readonly int _number;
    private readonly Prng _random;
    private readonly List<Call> _calls;
    private RaftCommand _command;
    private RaftTry? _try;
    private Instant _invoked;
    private bool _isUncertain;
    private bool _isAsking;
    private int _leader = -1;
    private int _count;

    /// <param name="group">Whose client.</param>
    /// <param name="number">Which.</param>
    /// <param name="random">Its chance.</param>
    /// <param name="calls">Where it writes down what it saw.</param>
    public RaftClient(RaftGroup group, int number, Prng random, List<Call> calls) => (_group, _number, _random, _calls) = (group, number, random, calls);

    /// <summary>Whether it waits for an answer.</summary>
    public bool IsAsking => _isAsking;

    private World World => _group.World;

    /// <summary>Begins to ask, again and again.</summary>
    public void Begin() => World.After(_random.NextDuration(_group.Options.ThinkTime * 2), Ask);

    /// <summary>The end of a try; the news takes its time.</summary>
    public void Hear(RaftTry attempt, RaftOutcome outcome, long result, int leader)
    {
        if (_group.Options.AnswerLoss > 0 && _random.Chance(_group.Options.AnswerLoss)) return;
        World.After(Way(), () => Take(attempt, outcome, result, leader));
    }

    /// <summary>What it waits for may have happened or not: written down so.</summary>
    public void GiveUp()
    {
        if (!_isAsking) return;
        // What was sent and not answered yet may still happen.
        _isUncertain |= _try is not null;
        _isAsking = false;
        _try = null;
        if (_isUncertain && !_command.Operation.IsRead) Write(long.MaxValue, null);
    }

    private void Ask()
    {
        if (_group.AreClientsDone) return;
        _command = new RaftCommand(_number, ++_count, _group.Options.DrawOperation(_random, _number));
        (_isAsking, _isUncertain, _invoked) = (true, false, World.Now);
        Try();
    }

    private void Try()
    {
        if (!_isAsking) return;
        if (World.Now - _invoked > GivesUpAfter || _group.AreClientsDone)
        {
            GiveUp();
            Begin();
            return;
        }

        var attempt = _try = new RaftTry(this, _command);
        var to = _leader >= 0 && _random.Chance(0.8) ? _leader : _random.Next(World.Nodes.Count);
        World.After(Way(), () =>
        {
            if (!World.Command<RaftHost>(World.Nodes[to], "ask", (host, now) => host.Submit(attempt, now))) attempt.End(RaftOutcome.Refused);
        });
        World.After(Patience, () =>
        {
            if (_try == attempt) Take(attempt, RaftOutcome.Unknown, 0, -1);
        });
    }

    private void Take(RaftTry attempt, RaftOutcome outcome, long result, int leader)
    {
        // The answer to an earlier try of the same request is one to this.
        if (!_isAsking || attempt.Command.Number != _command.Number) return;
        if (outcome == RaftOutcome.Done)
        {
            _isAsking = false;
            _try = null;
            Write(World.Now.Ticks, result);
            Begin();
            return;
        }

        if (outcome == RaftOutcome.Unknown) _isUncertain = true;
        if (_try != attempt) return;
        _try = null;
        _leader = leader;
        World.After(TimeSpan.FromMilliseconds(10) + _random.NextDuration(TimeSpan.FromMilliseconds(90)), Try);
    }

    private TimeSpan Way() => TimeSpan.FromMicroseconds(100) + _random.NextDuration(TimeSpan.FromMilliseconds(2));

    private void Write(long returned, long? result) => _calls.Add(new Call(_number, _command.Operation, _invoked.Ticks, returned, result));
}
