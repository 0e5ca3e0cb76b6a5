using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

using Microsoft.Extensions.Logging;

using Skerry.Proxy.Balancing;
using Skerry.Proxy.Datagrams;
using Skerry.Proxy.Flows;

namespace Skerry.Proxy.Instances;

/// <summary>Reaches an instance of a service: chooses, tries, and tries another when one cannot be reached.</summary>
/// <param name="directory">Who there is.</param>
/// <param name="loads">What they carry.</param>
/// <param name="far">For those without an address here; null: there are none.</param>
/// <param name="options">Deadlines, as they are now.</param>
/// <param name="time">For deadlines.</param>
/// <param name="metrics">Counts.</param>
/// <param name="logger">Says which failed.</param>
internal sealed class InstanceDialer(
    ServiceDirectory directory, InstanceLoads loads, IFarDialer? far, Func<ProxyOptions> options, TimeProvider time, ProxyMetrics metrics, ILogger logger)
{
    /// <summary>Attempts for one connection, however many groups have the service: a client does not wait for ever.</summary>
    private const int MaxAttempts = 16;

    /// <summary>A stream to an instance.</summary>
    /// <exception cref="ProxyException">None was reached.</exception>
    public Task<Dialed<ServiceStream>> DialStreamAsync(ServiceQuery query, IBalancer balancer, IPAddress? client, CancellationToken cancellation) =>
        DialAsync(query, balancer, client, OpenStreamAsync, stream => stream.PathKind, cancellation);

    /// <summary>A channel for datagrams to an instance.</summary>
    /// <exception cref="ProxyException">None was reached.</exception>
    public Task<Dialed<DatagramChannel>> DialDatagramsAsync(ServiceQuery query, IBalancer balancer, IPAddress? client, CancellationToken cancellation) =>
        DialAsync(query, balancer, client, OpenDatagramsAsync, channel => channel.PathKind, cancellation);

    private async Task<Dialed<T>> DialAsync<T>(
        ServiceQuery query, IBalancer balancer, IPAddress? client, Func<Candidate, ServiceNetwork, CancellationToken, Task<T>> open, Func<T, string> pathOf, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        var terms = options();
        ProxyException? last = null;
        var attempts = 0;
        foreach (var left in InOrder(directory.Find(query)))
        {
            for (var tried = 0; left.Count > 0 && tried < terms.Attempts && attempts < MaxAttempts; tried++, attempts++)
            {
                var lease = new InstanceLease(loads, balancer.Choose(left, loads, client));
                left.Remove(lease.Instance);
                try
                {
                    var channel = await WithDeadlineAsync(terms.ConnectTimeout, limit => open(lease.Instance, query.Network, limit), cancellation);
                    loads.Succeeded(lease.Instance.Key);
                    metrics.Reached(query.Service, query.Network, pathOf(channel), time.GetElapsedTime(began));
                    return new Dialed<T>(channel, lease);
                }
                catch (ProxyException failed)
                {
                    lease.Dispose();
                    loads.Failed(lease.Instance.Key);
                    metrics.DialFailed(query.Service, failed.Reason);
                    ProxyTracing.AttemptFailed(lease.Instance, failed);
                    ProxyLog.DialFailed(logger, query.ToString(), lease.Instance.Key.ToString(), failed.Message);
                    last = failed;
                }
                catch
                {
                    lease.Dispose();
                    throw;
                }
            }
        }

        if (last is not null) throw last;
        metrics.Refused("no-instance");
        throw new ProxyException(ProxyFailure.NoInstance, $"No healthy instance of {query} is known.");
    }

    /// <summary>Tier by tier; those that failed a moment ago are for when all others, another group's too, have failed as well.</summary>
    private IEnumerable<List<Candidate>> InOrder(ImmutableArray<ImmutableArray<Candidate>> tiers)
    {
        var failed = tiers.SelectMany(tier => tier).Select(instance => instance.Key).Where(loads.HasFailed).ToHashSet();
        foreach (var tier in tiers) yield return [.. tier.Where(instance => !failed.Contains(instance.Key))];
        if (failed.Count == 0) yield break;
        foreach (var tier in tiers) yield return [.. tier.Where(instance => failed.Contains(instance.Key))];
    }

    private async Task<T> WithDeadlineAsync<T>(TimeSpan timeout, Func<CancellationToken, Task<T>> open, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            return await open(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ProxyException(ProxyFailure.Timeout, $"no answer within {timeout.TotalSeconds:0.#} s");
        }
        catch (SocketException refused)
        {
            throw new ProxyException(ProxyFailure.Unreachable, refused.Message, refused);
        }
        catch (IOException broken)
        {
            throw new ProxyException(ProxyFailure.Unreachable, broken.Message, broken);
        }
    }

    private async Task<ServiceStream> OpenStreamAsync(Candidate instance, ServiceNetwork network, CancellationToken cancellation) =>
        instance.IsFar
            ? await far!.DialAsync(instance.Key.Node, new ServiceTarget(instance.Service, instance.Key.Id, network), cancellation)
            : new SocketServiceStream(await Sockets.ConnectAsync(instance.Host, instance.Port, SocketType.Stream, cancellation));

    private async Task<DatagramChannel> OpenDatagramsAsync(Candidate instance, ServiceNetwork network, CancellationToken cancellation) =>
        instance.IsFar
            ? new StreamDatagramChannel(await OpenStreamAsync(instance, network, cancellation))
            : new SocketDatagramChannel(await Sockets.ConnectAsync(instance.Host, instance.Port, SocketType.Dgram, cancellation));
}
