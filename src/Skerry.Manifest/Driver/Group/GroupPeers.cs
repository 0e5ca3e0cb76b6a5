using System.Collections.Concurrent;

using Google.Protobuf;

using Skerry.Manifest.Core.Founding;
using Skerry.Manifest.Wire;

namespace Skerry.Manifest.Driver.Group;

/// <summary>What this node asks the others of its group.</summary>
/// <param name="transport">The way to them.</param>
/// <param name="time">For deadlines.</param>
internal sealed class GroupPeers(IGroupTransport transport, TimeProvider time) : ILeaderLink, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ReportPatience = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Lazy<GroupPeer>> _peers = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public event Action<ulong, ManifestError>? Refused;

    /// <inheritdoc/>
    public event Action<string>? Lost;

    /// <summary>Asks about a founding; null: there was no answer.</summary>
    public async Task<FoundingAnswer?> AskAsync(string node, GroupRequest request, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            var answer = await Of(node).AskAsync(request, either.Token).ConfigureAwait(false);
            return answer.Founding <= (uint)FoundingAnswer.Pending ? (FoundingAnswer)answer.Founding : null;
        }
        catch (Exception failed) when (failed is IOException or OperationCanceledException or ObjectDisposedException)
        {
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
    }

    /// <inheritdoc/>
    public void Forward(string node, ReadOnlyMemory<byte> command, ulong number)
    {
        if (!Of(node).TryTell(new GroupRequest { Number = number, Command = UnsafeByteOperations.UnsafeWrap(command) })) Refused?.Invoke(number, ManifestError.LeaderChanged);
    }

    /// <summary>Has another node compare its state with this one's.</summary>
    public async Task<StateAnswer> CompareAsync(string node, StateMessage state, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            var answer = await Of(node).AskAsync(new GroupRequest { State = state }, either.Token).ConfigureAwait(false);
            return answer.State <= (uint)StateAnswer.Different ? (StateAnswer)answer.State : StateAnswer.Unknown;
        }
        catch (Exception failed) when (failed is IOException or OperationCanceledException or ObjectDisposedException)
        {
            cancellation.ThrowIfCancellationRequested();
            return StateAnswer.Unknown;
        }
    }

    /// <summary>Asks the leader for a change of the members.</summary>
    public async Task<ManifestError> ChangeAsync(string node, MemberMessage wanted, CancellationToken cancellation)
    {
        try
        {
            var answer = await Of(node).AskAsync(new GroupRequest { Member = wanted }, cancellation).ConfigureAwait(false);
            return Enum.IsDefined((ManifestError)answer.Error) ? (ManifestError)answer.Error : ManifestError.LeaderChanged;
        }
        catch (Exception failed) when (failed is IOException or ObjectDisposedException)
        {
            return ManifestError.LeaderChanged;
        }
    }

    /// <summary>Asks a node how it fares; null: there was no answer.</summary>
    public async Task<ReportMessage?> ReportAsync(string node, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(ReportPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            return (await Of(node).AskAsync(new GroupRequest { Report = true }, either.Token).ConfigureAwait(false)).Report;
        }
        catch (Exception failed) when (failed is IOException or OperationCanceledException or ObjectDisposedException)
        {
            cancellation.ThrowIfCancellationRequested();
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var peer in _peers.Values) await peer.Value.DisposeAsync().ConfigureAwait(false);
    }

    private void OnRefusal(GroupAnswer refusal)
    {
        var error = (ManifestError)refusal.Error;
        // Who stops is that node, and not this one.
        var isAnother = error is ManifestError.None or ManifestError.Stopped || !Enum.IsDefined(error);
        Refused?.Invoke(refusal.Number, isAnother ? ManifestError.LeaderChanged : error);
    }

    private GroupPeer Of(string node) => _peers.GetOrAdd(node, name => new Lazy<GroupPeer>(() => new GroupPeer(name, transport, OnRefusal, () => Lost?.Invoke(name)))).Value;
}
