using Skerry.Primitives;

namespace Skerry.Proxy.Datagrams;

/// <summary>The flows of one UDP listener by whatever tells them apart: a bounded table, each flow served beside the others.</summary>
/// <typeparam name="TKey">What tells flows apart.</typeparam>
/// <param name="carrier">Carries each.</param>
/// <param name="limit">Flows at most, as it is now.</param>
internal sealed class DatagramFlows<TKey>(DatagramCarrier carrier, Func<int> limit) : IAsyncDisposable
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, DatagramFlow> _flows = [];
    private readonly BackgroundTasks _tasks = new();
    private long _opened;
    private long _failed;

    public int Open
    {
        get { lock (_gate) return _flows.Count; }
    }

    public long Opened => Interlocked.Read(ref _opened);

    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Hands a datagram to its flow; the first of a kind makes it.</summary>
    public void Post(TKey key, ReadOnlySpan<byte> datagram, Func<DatagramFlow> make)
    {
        if (datagram.Length > carrier.MaxDatagram)
        {
            carrier.Dropped("too-long");
            return;
        }

        DatagramFlow? flow;
        lock (_gate)
        {
            if (!_flows.TryGetValue(key, out flow))
            {
                if (_flows.Count >= limit())
                {
                    carrier.Dropped("full");
                    return;
                }

                flow = make();
                if (!_tasks.Launch(stopping => ServeAsync(key, flow, stopping))) return;
                _flows.Add(key, flow);
                Interlocked.Increment(ref _opened);
            }
        }

        if (!flow.TryPost(datagram)) carrier.Dropped("slow");
    }

    public ValueTask DisposeAsync() => _tasks.DisposeAsync();

    private async Task ServeAsync(TKey key, DatagramFlow flow, CancellationToken stopping)
    {
        try
        {
            if (!await carrier.CarryAsync(flow, stopping)) Interlocked.Increment(ref _failed);
        }
        catch (OperationCanceledException)
        {
            // The listener ends.
        }
        finally
        {
            lock (_gate) _flows.Remove(key);
            flow.Close();
        }
    }
}
