using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Dcutr;

/// <summary>
/// The side that called through a relay and is led the way out of it (libp2p relay/DCUtR.md, "A"): one attempt, on one stream.
/// <code>
/// asked --CONNECT both ways--> told --SYNC--> dialling --> ended
/// </code>
/// Of the channel on which both have called this side is the client.
/// </summary>
/// <param name="offered">Where this node may be reached.</param>
/// <param name="choose">Picks of the peer's addresses those worth a call.</param>
/// <param name="timing">Bounds.</param>
internal sealed class DcutrResponder(IReadOnlyList<Multiaddr> offered, Func<IReadOnlyList<Multiaddr>, IReadOnlyList<Multiaddr>> choose, DcutrTiming timing) : IDcutrSide
{
    private readonly Queue<DcutrOutput> _outputs = new();
    private Step _step = Step.Idle;
    private Instant _told;

    private enum Step
    {
        Idle,
        Asked,
        Told,
        Dialling,
        Ended,
    }

    public int Attempts => 1;

    public Instant NextDeadline { get; private set; } = Instant.Never;

    /// <summary>Where the peer may be reached, as far as that is worth a call.</summary>
    public IReadOnlyList<Multiaddr> Targets { get; private set; } = [];

    public TimeSpan RoundTrip { get; private set; }

    /// <summary>The peer has opened the stream.</summary>
    public void Start(Instant now) => Enter(Step.Asked, now + timing.AnswerTimeout);

    public void Receive(DcutrMessage message, Instant now)
    {
        switch (_step)
        {
            case Step.Asked when !message.IsSync:
                Targets = choose(message.Addresses);
                _told = now;
                Enter(Step.Told, now + timing.AnswerTimeout);
                _outputs.Enqueue(new DcutrOutput(DcutrOutputKind.Send, new DcutrMessage(IsSync: false, offered)));
                break;
            case Step.Told when message.IsSync:
                RoundTrip = now - _told;
                Enter(Step.Dialling, now + timing.DialTimeout);
                if (Targets.Count > 0) _outputs.Enqueue(new DcutrOutput(DcutrOutputKind.Dial, Addresses: Targets));
                else if (offered.Count == 0) End(HolePunchOutcome.NoAddresses);
                break;
            case Step.Asked or Step.Told:
                End(HolePunchOutcome.Interrupted);
                break;
        }
    }

    public void StreamFailed(bool isSpoken, Instant now)
    {
        if (_step is Step.Asked or Step.Told) End(HolePunchOutcome.Interrupted);
    }

    public void Connected() => End(_step is Step.Dialling ? HolePunchOutcome.Punched : HolePunchOutcome.Called);

    public void Advance(Instant now)
    {
        if (now < NextDeadline) return;
        End(_step is Step.Dialling ? HolePunchOutcome.Unreached : HolePunchOutcome.Interrupted);
    }

    public bool TryTake(out DcutrOutput output) => _outputs.TryDequeue(out output);

    private void Enter(Step step, Instant deadline) => (_step, NextDeadline) = (step, deadline);

    private void End(HolePunchOutcome outcome)
    {
        if (_step is Step.Ended) return;
        Enter(Step.Ended, Instant.Never);
        _outputs.Enqueue(new DcutrOutput(DcutrOutputKind.Ended, Outcome: outcome));
    }
}
