namespace Skerry.Proxy.Instances;

/// <summary>How many connections each instance carries for this proxy, and which failed a moment ago. What nobody uses costs nothing.</summary>
/// <param name="time">For how long a failure is remembered.</param>
internal sealed class InstanceLoads(TimeProvider time)
{
    /// <summary>An instance that failed is tried last for this long: long enough that not every connection waits for its deadline, short enough to notice it is back.</summary>
    private static readonly TimeSpan RememberFailure = TimeSpan.FromSeconds(10);

    /// <summary>More than this many failures are not remembered: then trying is as good as remembering.</summary>
    private const int MaxFailures = 4096;

    private readonly Lock _gate = new();
    private readonly Dictionary<InstanceKey, int> _active = [];
    private readonly Dictionary<InstanceKey, long> _failedAt = [];

    /// <summary>Connections under way to all instances.</summary>
    public int Total
    {
        get { lock (_gate) return _active.Values.Sum(); }
    }

    public int Of(InstanceKey instance)
    {
        lock (_gate) return _active.GetValueOrDefault(instance);
    }

    public void Begin(InstanceKey instance)
    {
        lock (_gate) _active[instance] = _active.GetValueOrDefault(instance) + 1;
    }

    public void End(InstanceKey instance)
    {
        lock (_gate)
        {
            var left = _active.GetValueOrDefault(instance) - 1;
            if (left > 0) _active[instance] = left;
            else _active.Remove(instance);
        }
    }

    public void Failed(InstanceKey instance)
    {
        lock (_gate)
        {
            if (_failedAt.Count >= MaxFailures) Forget();
            if (_failedAt.Count < MaxFailures) _failedAt[instance] = time.GetTimestamp();
        }
    }

    public void Succeeded(InstanceKey instance)
    {
        lock (_gate) _failedAt.Remove(instance);
    }

    /// <summary>Whether it failed a moment ago.</summary>
    public bool HasFailed(InstanceKey instance)
    {
        lock (_gate)
        {
            if (!_failedAt.TryGetValue(instance, out var at)) return false;
            if (time.GetElapsedTime(at) <= RememberFailure) return true;
            _failedAt.Remove(instance);
            return false;
        }
    }

    private void Forget()
    {
        foreach (var (instance, at) in _failedAt)
        {
            if (time.GetElapsedTime(at) > RememberFailure) _failedAt.Remove(instance);
        }
    }
}
