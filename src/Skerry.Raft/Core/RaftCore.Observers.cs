using Skerry.Primitives;

namespace Skerry.Raft.Core;

/// <summary>
/// What a leader does for observers that keep up: nothing waits for them, so that what is to be sent to them gathers for a while, and entries and how far is
/// committed go out to all of them at one time, in one message each. Who has to catch up, or is waited for, gets everything at once.
/// </summary>
internal sealed partial class RaftCore
{
    private Instant _gatheredAt = Instant.Never;
    private TimeSpan _observerInterval;
    private Instant _sentToObserversAt;
    private ulong _sentToObservers;
    private ulong _sentToObserversBefore;
    private long _gatheredBytes;

    /// <summary>Somebody waits at an observer until it has applied an entry: it is sent that, and that it is committed, as soon as it is.</summary>
    public void Await(ulong id, ulong index, Instant now)
    {
        Enter(now);
        if (IsLeader) Await(id, index);
    }

    private void Await(ulong id, ulong index)
    {
        if (_peers.TryGetValue(id, out var peer) && peer.IsObserver) peer.Awaited = Math.Max(peer.Awaited, Math.Min(index, _log.LastIndex));
    }

    /// <summary>Up to where a peer's log should be durable by now, as long as nothing is wrong with it.</summary>
    private ulong DueOf(Progress peer) =>
        !IsPaced(peer) ? _log.LastIndex : _sentToObserversAt + _observerInterval <= _now ? _sentToObservers : _sentToObserversBefore;

    /// <summary>Whether it had room for all that was sent to observers last, and so needs no more than to hear now and then.</summary>
    private bool IsPaced(Progress peer) =>
        peer.IsObserver && _observerInterval > TimeSpan.Zero && peer.State == ProgressState.Replicate && peer.Next > _sentToObservers;

    private bool MayWait(Progress peer) => IsPaced(peer) && !peer.IsNudgeDue && !IsAwaited(peer);

    private bool IsAwaited(Progress peer) => peer.Awaited > peer.SentCommit && peer.Awaited <= _commit;

    /// <summary>Whether it was sent what it is waited for at, and not yet how far is committed; an append says so even before it has acknowledged that.</summary>
    private bool LacksWordOnly(Progress peer) => IsAwaited(peer) && peer.Next > _log.LastIndex && peer.Match < peer.Awaited;

    /// <summary>Whether an observer has acknowledged all that was sent to it, and was heard not long ago.</summary>
    private bool IsQuiet(Progress peer) =>
        peer.State == ProgressState.Replicate && peer.Match + 1 == peer.Next && peer.HeardAt + (_options.ElectionTimeout / 2) > _now;

    private bool HasNews(Progress peer) => peer.Next <= _log.LastIndex || peer.SentCommit < Math.Min(_commit, peer.Match);

    private void SetObserverInterval()
    {
        var all = _options.ObserverInterval * _peers.Values.Count(peer => peer.IsObserver);
        _observerInterval = all < _options.MaxObserverInterval ? all : _options.MaxObserverInterval;
    }

    private void Gather()
    {
        if (_gatheredAt == Instant.Never) _gatheredAt = _now + _observerInterval;
    }

    private bool TryEndGathering()
    {
        if (_gatheredAt > _now && (_gatheredAt == Instant.Never || _gatheredBytes < _options.ObserverBytes)) return false;
        (_sentToObserversBefore, _sentToObservers, _sentToObserversAt) = (_sentToObservers, _log.LastIndex, _now);
        (_gatheredAt, _gatheredBytes) = (Instant.Never, 0);
        return true;
    }

    /// <summary>A new leader knows of no observer where it stands: what it has is not to gather.</summary>
    private void ForgetGathered()
    {
        (_sentToObserversBefore, _sentToObservers, _sentToObserversAt) = (_log.LastIndex, _log.LastIndex, _now);
        (_gatheredAt, _gatheredBytes) = (Instant.Never, 0);
    }
}
