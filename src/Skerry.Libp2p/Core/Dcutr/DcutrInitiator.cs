using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Dcutr;

/// <summary>
/// The side that was called through a relay and leads the way out of it (libp2p relay/DCUtR.md, "B").
/// <code>
/// calling plainly --> opening --> asking --CONNECT--> waiting half a round trip --> dialling --> ended
///                        ^-------------------- up to three attempts --------------------'
/// </code>
/// The plain calls go on beside it: most peers behind NATs tell addresses that lead nowhere, and who waited for that to be certain would wait for seconds.
/// A direct connection, whoever made it, ends it at any point. Of the channel on which both have called this side is the server.
/// </summary>
/// <param name="offered">Where this node may be reached.</param>
/// <param name="choose">Picks of the peer's addresses those worth a call.</param>
/// <param name="timing">Bounds.</param>
internal sealed class DcutrInitiator(IReadOnlyList<Multiaddr> offered, Func<IReadOnlyList<Multiaddr>, IReadOnlyList<Multiaddr>> choose, DcutrTiming timing) : IDcutrSide
{
    private readonly Queue<DcutrOutput> _outputs = new();
    private Step _step = Step.Idle;
    private Instant _asked;
    private IReadOnlyList<Multiaddr> _targets = [];

    private enum Step
    {
        Idle,
        Calling,
        Opening,
        Asking,
        Waiting,
        Dialling,
        Ended,
    }

    public int Attempts { get; private set; }

    public Instant NextDeadline { get; private set; } = Instant.Never;

    public TimeSpan RoundTrip { get; private set; }

    /// <summary>Begins.</summary>
    /// <param name="told">Where the peer says it listens.</param>
    /// <param name="roundTrip">The round trip over the relay as known; zero when it is not.</param>
    /// <param name="now">This moment.</param>
    public void Start(IReadOnlyList<Multiaddr> told, TimeSpan roundTrip, Instant now)
    {
        var targets = timing.MaxHeadStart > TimeSpan.Zero ? choose(told) : [];
        if (targets.Count == 0)
        {
            Attempt(now);
            return;
        }

        Enter(Step.Calling, now + new TimeSpan(Math.Clamp(4 * roundTrip.Ticks, timing.MinHeadStart.Ticks, timing.MaxHeadStart.Ticks)));
        _outputs.Enqueue(new DcutrOutput(DcutrOutputKind.DialPlainly, Addresses: targets));
    }

    /// <summary>All plain calls have failed.</summary>
    public void NotCalled(Instant now)
    {
        if (_step is Step.Calling) Attempt(now);
    }

    /// <summary>The stream is open.</summary>
    public void Opened(Instant now)
    {
        if (_step is not Step.Opening) return;
        _asked = now;
        Enter(Step.Asking, now + timing.AnswerTimeout);
        Send(new DcutrMessage(IsSync: false, offered));
    }

    public void Receive(DcutrMessage message, Instant now)
    {
        if (_step is not Step.Asking) return;
        if (message.IsSync)
        {
            Lost(now);
            return;
        }

        _targets = choose(message.Addresses);
        if (_targets.Count == 0 && offered.Count == 0)
        {
            End(HolePunchOutcome.NoAddresses);
            return;
        }

        // The word to begin travels for half of it while this side waits for the other half.
        RoundTrip = now - _asked;
        Enter(Step.Waiting, now + (RoundTrip / 2));
        Send(DcutrMessage.Sync);
    }

    public void StreamFailed(bool isSpoken, Instant now)
    {
        if (_step is not (Step.Opening or Step.Asking)) return;
        if (isSpoken) Lost(now);
        else End(HolePunchOutcome.NotSpoken);
    }

    public void Connected() => End(_step is Step.Waiting or Step.Dialling ? HolePunchOutcome.Punched : HolePunchOutcome.Called);

    public void Advance(Instant now)
    {
        if (now < NextDeadline) return;
        switch (_step)
        {
            case Step.Calling:
                Attempt(now);
                break;
            case Step.Opening or Step.Asking:
                Lost(now);
                break;
            case Step.Waiting:
                Enter(Step.Dialling, now + timing.DialTimeout);
                // With nobody to call it is the peer's call that may come through.
                if (_targets.Count > 0) _outputs.Enqueue(new DcutrOutput(DcutrOutputKind.Dial, Addresses: _targets));
                break;
            case Step.Dialling when Attempts < timing.Attempts:
                Attempt(now);
                break;
            case Step.Dialling:
                End(HolePunchOutcome.Unreached);
                break;
        }
    }

    public bool TryTake(out DcutrOutput output) => _outputs.TryDequeue(out output);

    private void Attempt(Instant now)
    {
        Attempts++;
        Enter(Step.Opening, now + timing.AnswerTimeout);
        _outputs.Enqueue(new DcutrOutput(DcutrOutputKind.Open));
    }

    private void Lost(Instant now)
    {
        if (Attempts < timing.Attempts) Attempt(now);
        else End(HolePunchOutcome.Interrupted);
    }

    private void Send(DcutrMessage message) => _outputs.Enqueue(new DcutrOutput(DcutrOutputKind.Send, message));

    private void Enter(Step step, Instant deadline) => (_step, NextDeadline) = (step, deadline);

    private void End(HolePunchOutcome outcome)
    {
        if (_step is Step.Ended) return;
        Enter(Step.Ended, Instant.Never);
        _outputs.Enqueue(new DcutrOutput(DcutrOutputKind.Ended, Outcome: outcome));
    }
}
