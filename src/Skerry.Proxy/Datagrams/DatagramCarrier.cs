using System.Diagnostics;

using Microsoft.Extensions.Logging;

using Skerry.Proxy.Flows;
using Skerry.Proxy.Instances;

namespace Skerry.Proxy.Datagrams;

/// <summary>Carries a client's datagrams to an instance and back, until nothing moves any more.</summary>
/// <param name="dialer">Reaches the instance.</param>
/// <param name="flows">Watches that something moves.</param>
/// <param name="loads">Hears of instances that went.</param>
/// <param name="options">Limits, as they are now.</param>
/// <param name="time">For the pause after a failure.</param>
/// <param name="metrics">Counts.</param>
/// <param name="logger">Says what ended how.</param>
internal sealed class DatagramCarrier(
    InstanceDialer dialer, FlowTable flows, InstanceLoads loads, Func<ProxyOptions> options, TimeProvider time, ProxyMetrics metrics, ILogger logger)
{
    /// <summary>What comes from a client whose service was not reached is dropped for this long: one attempt, and one line in the log, for a burst.</summary>
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    public int MaxDatagram => options().MaxDatagram;

    public int MaxFlows => options().MaxConnections;

    public void Dropped(string reason) => metrics.Dropped(reason);

    /// <summary>Dials, and carries until it is over. False when no instance was reached.</summary>
    public async Task<bool> CarryAsync(DatagramFlow flow, CancellationToken stopping)
    {
        using var span = ProxyTracing.BeginForward(flow.Target.Query, flow.Client, parent: default);
        Dialed<DatagramChannel> dialed;
        try
        {
            dialed = await dialer.DialDatagramsAsync(flow.Target.Query, flow.Target.Balancer, flow.Client, stopping);
        }
        catch (ProxyException failed)
        {
            ProxyTracing.Fail(span, failed);
            ProxyLog.NotReached(logger, flow.Target.Query.ToString(), flow.Client.ToString(), failed.Message);
            await Task.Delay(PauseAfterFailure, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return false;
        }

        await CarryAsync(flow, dialed, span, stopping);
        return true;
    }

    private async Task CarryAsync(DatagramFlow flow, Dialed<DatagramChannel> dialed, Activity? span, CancellationToken stopping)
    {
        var (channel, lease) = dialed;
        ProxyTracing.Reached(span, lease.Instance, channel.PathKind);
        var name = lease.Instance.Service;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var watched = flows.Add(() => ending.Cancel());
        metrics.Began(atClient: true);
        var problem = "";
        try
        {
            await DatagramPump.BothAsync(
                cancellation => DatagramPump.CopyAsync(flow.NextAsync, channel.SendAsync, () => MaxDatagram, bytes => Moved(toService: true, bytes), TooLong, cancellation),
                cancellation => DatagramPump.CopyAsync(channel.ReceiveAsync, flow.ReplyAsync, () => MaxDatagram, bytes => Moved(toService: false, bytes), TooLong, cancellation),
                ending.Token);
        }
        catch (IOException broken)
        {
            problem = "; " + broken.Message;
            ProxyTracing.Fail(span, "broken", broken.Message);
            // The client's next datagram is for another instance.
            loads.Failed(lease.Instance.Key);
        }
        finally
        {
            flows.Remove(watched);
            channel.Dispose();
            lease.Dispose();
            metrics.Ended(atClient: true);
            ProxyTracing.Carried(span, watched, channel.PathKind);
            ProxyLog.FlowEnded(logger, name, flow.Client.ToString(), channel.PathKind, lease.Instance.Key.ToString(), watched.Up, watched.Down, problem);
        }

        void Moved(bool toService, int bytes)
        {
            watched.Moved(toService, bytes);
            metrics.Carried(name, channel.PathKind, toService, bytes);
        }

        void TooLong() => metrics.Dropped("too-long");
    }
}
