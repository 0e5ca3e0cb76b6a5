namespace Skerry.Lab.Nemesis;

/// <summary>Clients at all servers of a cluster, that ask until they are stopped.</summary>
internal sealed class HistoryClients : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;
    private readonly List<ConsulObjects> _consuls = [];
    private int _round;

    /// <param name="cluster">Whose.</param>
    /// <param name="history">What they saw.</param>
    /// <param name="perServer">So many at each server.</param>
    /// <param name="round">Where to begin: each round has objects of its own.</param>
    /// <param name="make">How they ask; may plant a bug. Null: every other one at a server through its Consul API, the others through etcd's.</param>
    public HistoryClients(Cluster cluster, History history, int perServer, int round = 0, Func<EtcdClient, EtcdObjects>? make = null)
    {
        _round = round;
        var names = cluster.Names;
        _running = Task.WhenAll(Enumerable.Range(0, perServer * names.Count).Select(i =>
            new HistoryClient(i + 1, Make(names[i % names.Count], i / names.Count), history) { Round = () => Volatile.Read(ref _round) }.RunAsync(_stopping.Token)));

        IHistoryObjects Make(string name, int turn)
        {
            if (make is not null) return make(cluster.ClientOf(name));
            if (turn % 2 == 0) return new EtcdObjects(cluster.ClientOf(name));
            var consul = new ConsulObjects(cluster[name].Host);
            _consuls.Add(consul);
            return consul;
        }
    }

    /// <summary>From now on they ask about other objects, so that no search for an order gets long.</summary>
    public void NextRound() => Interlocked.Increment(ref _round);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
        foreach (var consul in _consuls) consul.Dispose();
    }
}
