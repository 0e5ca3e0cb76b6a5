namespace Skerry.Proxy.Instances;

/// <summary>A connection of an instance, counted in its load until disposed.</summary>
internal sealed class InstanceLease : IDisposable
{
    private readonly InstanceLoads _loads;
    private int _ended;

    public InstanceLease(InstanceLoads loads, Candidate instance)
    {
        _loads = loads;
        Instance = instance;
        loads.Begin(instance.Key);
    }

    public Candidate Instance { get; }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0) _loads.End(Instance.Key);
    }
}
