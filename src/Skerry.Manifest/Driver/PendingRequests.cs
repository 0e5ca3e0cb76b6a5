using Skerry.Manifest.Core;

namespace Skerry.Manifest.Driver;

/// <summary>This node's requests under way, by number. Not thread-safe.</summary>
internal sealed class PendingRequests(ulong client)
{
    private readonly Dictionary<ulong, TaskCompletionSource<ManifestResult>> _pending = [];
    private ulong _next = 1;
    private ulong _lowest = 1;

    public int Count => _pending.Count;

    public (RequestId Id, Task<ManifestResult> Answer) Add()
    {
        var answer = new TaskCompletionSource<ManifestResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var sequence = _next++;
        _pending.Add(sequence, answer);
        return (new RequestId(client, sequence, _lowest), answer.Task);
    }

    public void Answer(ulong sequence, ManifestResult result)
    {
        if (!_pending.Remove(sequence, out var answer)) return;
        answer.TrySetResult(result);
        Advance();
    }

    public void GiveUp(ulong sequence)
    {
        if (_pending.Remove(sequence)) Advance();
    }

    /// <summary>Answers those of which a snapshot says that they were applied.</summary>
    public void Answer(Func<RequestId, ManifestResult?> remembered)
    {
        foreach (var sequence in _pending.Keys.ToArray())
        {
            if (remembered(new RequestId(client, sequence, 0)) is { } result) Answer(sequence, result);
        }
    }

    private void Advance()
    {
        while (_lowest < _next && !_pending.ContainsKey(_lowest)) _lowest++;
    }
}
