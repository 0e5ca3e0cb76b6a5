using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

using Google.Protobuf;

using Skerry.Api.Etcd.Wire;

namespace Skerry.Lab.Nemesis;

/// <summary>
/// Writers that each put one key after the other and never one twice, as users with a list of endpoints do: where nobody listens they go on to the next one; every other failure
/// is an error that they see. What was acknowledged is kept, to be asked for at the end.
/// </summary>
internal sealed class WriteLoad : IAsyncDisposable
{
    private const int Writers = 6;

    /// <summary>Longer than a group may take to say that it cannot.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ThinkTime = TimeSpan.FromMilliseconds(10);

    private readonly Cluster _cluster;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<string, string> _acknowledged = [];
    private readonly ConcurrentDictionary<string, int> _errors = [];
    private readonly Task _running;
    private long _slowest;

    public WriteLoad(Cluster cluster)
    {
        _cluster = cluster;
        _running = Task.WhenAll(Enumerable.Range(0, Writers).Select(WriteAsync));
    }

    public int Acknowledged => _acknowledged.Count;

    /// <summary>Requests that ended in an error, of all.</summary>
    public double ErrorShare => (double)_errors.Values.Sum() / Math.Max(1, _errors.Values.Sum() + _acknowledged.Count);

    /// <summary>Stops, and asserts that each server of the cluster has all that was acknowledged.</summary>
    public async Task AssertNothingLostAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        foreach (var name in _cluster.Names.Where(name => !_cluster[name].HasEnded))
        {
            var there = await ReadAsync(name);
            var lost = _acknowledged.Where(pair => there.GetValueOrDefault(pair.Key) != pair.Value).Select(pair => pair.Key).ToList();
            Assert.True(lost.Count == 0, $"{name} has lost {lost.Count} of {_acknowledged.Count} acknowledged writes: {string.Join(' ', lost.Take(20))}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    public override string ToString()
    {
        var errors = _errors.Values.Sum();
        var said = string.Join(", ", _errors.OrderByDescending(pair => pair.Value).Take(3).Select(pair => $"{pair.Value} x {pair.Key}"));
        return $"{_acknowledged.Count} writes acknowledged and none lost, {errors} of {errors + _acknowledged.Count} requests ({ErrorShare:0.00%}) with an error, "
            + $"the slowest took {Stopwatch.GetElapsedTime(0, _slowest).TotalMilliseconds:0} ms{(said.Length > 0 ? ": " + said : "")}";
    }

    private async Task WriteAsync(int writer)
    {
        for (var number = 0; !_stopping.IsCancellationRequested; number++)
        {
            var (key, value) = (string.Create(CultureInfo.InvariantCulture, $"load/{writer}/{number}"), string.Create(CultureInfo.InvariantCulture, $"{writer}.{number}"));
            var began = Stopwatch.GetTimestamp();
            try
            {
                await PutAsync(writer, key, value);
                _acknowledged[key] = value;
                InterlockedMax(Stopwatch.GetTimestamp() - began);
            }
            catch (CallFailure failure)
            {
                _errors.AddOrUpdate(failure.Message, 1, static (_, count) => count + 1);
            }

            await Task.Delay(ThinkTime, CancellationToken.None); // as users do
        }
    }

    /// <summary>Asks its own server, or the next that listens.</summary>
    private async Task PutAsync(int writer, string key, string value)
    {
        var request = new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) };
        var names = _cluster.Names;
        for (var i = 0; ; i++)
        {
            try
            {
                await _cluster.ClientOf(names[(writer + i) % names.Count]).CallAsync("KV/Put", request, PutResponse.Parser, Patience);
                return;
            }
            catch (CallFailure failure) when (!failure.WasSent && i < names.Count)
            {
                // Nobody listens there.
            }
        }
    }

    private async Task<Dictionary<string, string>> ReadAsync(string name)
    {
        await _cluster.UntilServingAsync(name);
        var all = new Dictionary<string, string>();
        var range = new RangeRequest { Key = ByteString.CopyFromUtf8("load/"), RangeEnd = ByteString.CopyFromUtf8("load0") };
        foreach (var pair in (await _cluster.ClientOf(name).CallAsync("KV/Range", range, RangeResponse.Parser, TimeSpan.FromSeconds(30))).Kvs) all[pair.Key.ToStringUtf8()] = pair.Value.ToStringUtf8();
        return all;
    }

    private void InterlockedMax(long ticks)
    {
        for (var seen = Volatile.Read(ref _slowest); ticks > seen; seen = Volatile.Read(ref _slowest)) Interlocked.CompareExchange(ref _slowest, ticks, seen);
    }
}
