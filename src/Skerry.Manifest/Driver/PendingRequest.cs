using System.Threading.Tasks.Sources;

using Skerry.Manifest.Core;

namespace Skerry.Manifest.Driver;

/// <summary>One request of this node under way: its waiter is told the answer, or that it was refused, after which it may wait again. Changed under its table's lock.</summary>
/// <param name="table">Its table.</param>
/// <param name="id">Its number.</param>
/// <param name="deadline">What ends it; null: something of its own.</param>
internal sealed class PendingRequest(PendingRequests table, RequestId id, object? deadline) : IValueTaskSource<ManifestResult?>
{
    private ManualResetValueTaskSourceCore<ManifestResult?> _told = new() { RunContinuationsAsynchronously = true };
    private ManifestResult? _answer;
    private bool _isEnded;
    private bool _isTold;

    public RequestId Id => id;

    public object? Deadline => deadline;

    /// <summary>Why the waiter was told null.</summary>
    public ManifestError Error { get; private set; }

    /// <summary>The answer; null: <see cref="Error"/>. To be awaited once, and once after each <see cref="Renew"/>.</summary>
    public ValueTask<ManifestResult?> Told => new(this, _told.Version);

    /// <summary>It was applied.</summary>
    public void Answer(ManifestResult answer)
    {
        (_answer, _isEnded) = (answer, true);
        Tell(answer);
    }

    /// <summary>It is not in the log to stay, or may not be.</summary>
    public void Refuse(ManifestError error)
    {
        if (_isEnded || _isTold) return;
        Error = error;
        Tell(null);
    }

    /// <summary>Nobody waits for it any longer.</summary>
    public void End(ManifestError error)
    {
        if (_isEnded) return;
        (Error, _isEnded) = (error, true);
        Tell(null);
    }

    /// <summary>Its waiter waits no longer. Not to be called under the table's lock.</summary>
    public void GiveUp() => table.End(this, ManifestError.Timeout);

    /// <summary>Waits again after a refusal; what came meanwhile is told at once.</summary>
    public void Renew()
    {
        _told.Reset();
        _isTold = false;
        if (_isEnded) Tell(_answer);
    }

    ManifestResult? IValueTaskSource<ManifestResult?>.GetResult(short token) => _told.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<ManifestResult?>.GetStatus(short token) => _told.GetStatus(token);

    void IValueTaskSource<ManifestResult?>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _told.OnCompleted(continuation, state, token, flags);

    private void Tell(ManifestResult? answer)
    {
        if (_isTold) return;
        _isTold = true;
        _told.SetResult(answer);
    }
}
