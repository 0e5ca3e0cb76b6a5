using Skerry.Manifest.Core;

namespace Skerry.Manifest.Driver;

/// <summary>This node's requests under way, by number. They are many, and each takes no timer and nobody's token: what ends several ends them here.</summary>
/// <param name="client">Whose they are.</param>
internal sealed class PendingRequests(ulong client)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, PendingRequest> _pending = [];
    private ulong _next = 1;
    private ulong _lowest = 1;
    private bool _isClosed;

    public ulong Client => client;

    /// <summary>Begins a request; null when too many are under way.</summary>
    public PendingRequest? Begin(object? deadline)
    {
        lock (_gate)
        {
            if (_pending.Count >= ManifestLimits.MaxPending) return null;
            var request = new PendingRequest(this, new RequestId(client, _next, _lowest), deadline);
            _pending.Add(_next++, request);
            if (_isClosed) request.End(ManifestError.Stopped);
            return request;
        }
    }

    /// <summary>It was applied.</summary>
    public void Answer(ulong sequence, ManifestResult result)
    {
        lock (_gate)
        {
            if (!_pending.Remove(sequence, out var request)) return;
            request.Answer(result);
            Advance();
        }
    }

    /// <summary>Answers those of which a snapshot says that they were applied.</summary>
    public void Answer(Func<RequestId, ManifestResult?> remembered)
    {
        lock (_gate)
        {
            foreach (var sequence in _pending.Keys.ToArray())
            {
                if (remembered(new RequestId(client, sequence, 0)) is { } result) Answer(sequence, result);
            }
        }
    }

    /// <summary>It is not in the log to stay, or may not be.</summary>
    public void Refuse(ulong sequence, ManifestError error)
    {
        lock (_gate)
        {
            if (_pending.TryGetValue(sequence, out var request)) request.Refuse(error);
        }
    }

    /// <summary>Of none is it known any longer whether it gets into the log.</summary>
    public void RefuseAll(ManifestError error)
    {
        lock (_gate)
        {
            foreach (var request in _pending.Values) request.Refuse(error);
        }
    }

    /// <summary>A refused request waits again.</summary>
    public void Renew(PendingRequest request)
    {
        lock (_gate) request.Renew();
    }

    /// <summary>Nobody waits for it any longer.</summary>
    public void End(PendingRequest request, ManifestError error)
    {
        lock (_gate) request.End(error);
    }

    /// <summary>A deadline has passed.</summary>
    public void EndAt(object deadline)
    {
        lock (_gate)
        {
            foreach (var request in _pending.Values)
            {
                if (request.Deadline == deadline) request.End(ManifestError.Timeout);
            }
        }
    }

    /// <summary>The node stops.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            foreach (var request in _pending.Values) request.End(ManifestError.Stopped);
        }
    }

    /// <summary>Its number will not be used again.</summary>
    public void Forget(PendingRequest request)
    {
        lock (_gate)
        {
            if (_pending.Remove(request.Id.Sequence)) Advance();
        }
    }

    private void Advance()
    {
        while (_lowest < _next && !_pending.ContainsKey(_lowest)) _lowest++;
    }
}
