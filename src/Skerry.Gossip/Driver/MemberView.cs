using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

using Microsoft.Extensions.Logging;

using Skerry.Gossip.Core;

namespace Skerry.Gossip.Driver;

/// <summary>The members as others in this process see them: an immutable snapshot, and every change in order for those who watch.</summary>
internal sealed class MemberView(TimeProvider time, ILogger logger)
{
    private readonly Lock _gate = new();
    private ImmutableArray<Channel<MembershipEvent>> _watchers = [];
    private ImmutableSortedDictionary<string, Member> _members = ImmutableSortedDictionary<string, Member>.Empty.WithComparers(StringComparer.Ordinal);

    public ImmutableSortedDictionary<string, Member> Members => Volatile.Read(ref _members);

    /// <summary>Whether any other node is held alive.</summary>
    public bool HasCompany(string self) => Members.Values.Any(member => member.Status == MemberStatus.Alive && member.Name != self);

    /// <summary>Takes in a change. One caller at a time: the loop's lock sees to it.</summary>
    public void Take(MemberChanged change)
    {
        var member = change.Member;
        Volatile.Write(ref _members, change.Change == MembershipChange.Reaped ? _members.Remove(member.Name) : _members.SetItem(member.Name, member));
        if (change.Change is not { } kind) return;
        Log(kind, member);
        var news = new MembershipEvent(kind, member, time.GetUtcNow());
        lock (_gate)
        {
            foreach (var watcher in _watchers) watcher.Writer.TryWrite(news);
        }
    }

    /// <summary>Every change from this call on. Unbounded: a change lost would leave its reader wrong for ever.</summary>
    public IAsyncEnumerable<MembershipEvent> WatchAsync(CancellationToken cancellation)
    {
        // Subscribed here, not at the first MoveNext: no change between the two is missed.
        var channel = Channel.CreateUnbounded<MembershipEvent>(new UnboundedChannelOptions { SingleReader = true });
        lock (_gate) _watchers = _watchers.Add(channel);
        return ReadAsync(channel, cancellation);
    }

    /// <summary>Ends every watch.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            foreach (var watcher in _watchers) watcher.Writer.TryComplete();
        }
    }

    private async IAsyncEnumerable<MembershipEvent> ReadAsync(Channel<MembershipEvent> channel, [EnumeratorCancellation] CancellationToken cancellation)
    {
        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(cancellation)) yield return change;
        }
        finally
        {
            lock (_gate) _watchers = _watchers.Remove(channel);
        }
    }

    private void Log(MembershipChange kind, Member member)
    {
        switch (kind)
        {
            case MembershipChange.Joined: GossipLog.Joined(logger, member.Name, member.Address.ToString()); break;
            case MembershipChange.Left: GossipLog.Left(logger, member.Name); break;
            case MembershipChange.Failed: GossipLog.Failed(logger, member.Name); break;
            case MembershipChange.Updated: GossipLog.Updated(logger, member.Name); break;
            case MembershipChange.Reaped: GossipLog.Reaped(logger, member.Name); break;
        }
    }
}
