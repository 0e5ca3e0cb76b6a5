using Microsoft.Extensions.Logging;

using Skerry.Gateway.Http1;
using Skerry.Gateway.Transport;

namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>Every instance any pipeline names, once: connections and health survive a change of pipelines and of the catalog.</summary>
internal sealed class TargetRegistry : IDisposable
{
    private static readonly TimeSpan TrimInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Host, int Port), (Target Target, int Users)> _targets = [];
    private readonly EventLoops _loops;
    private readonly ILogger _logger;
    private readonly ITimer _trimming;

    public TargetRegistry(EventLoops loops, TimeProvider time, ILogger logger)
    {
        _loops = loops;
        _logger = logger;
        Watch = new DeadlineWatch(time);
        _trimming = time.CreateTimer(_ => Trim(), null, TrimInterval, TrimInterval);
    }

    public DeadlineWatch Watch { get; }

    /// <summary>The instance at an address, with a share of it taken.</summary>
    public Target Acquire(string host, int port)
    {
        lock (_gate)
        {
            var (target, users) = _targets.TryGetValue((host, port), out var known) ? known : (new Target(host, port, _loops.Count, Watch, _logger), 0);
            _targets[(host, port)] = (target, users + 1);
            return target;
        }
    }

    /// <summary>Gives a share back; the last closes its idle connections.</summary>
    public void Release(string host, int port)
    {
        Target? unused = null;
        lock (_gate)
        {
            if (!_targets.TryGetValue((host, port), out var known)) return;
            if (known.Users > 1)
            {
                _targets[(host, port)] = (known.Target, known.Users - 1);
            }
            else
            {
                _targets.Remove((host, port));
                unused = known.Target;
            }
        }

        unused?.Dispose();
    }

    public void Dispose()
    {
        _trimming.Dispose();
        lock (_gate)
        {
            foreach (var (target, _) in _targets.Values) target.Dispose();
            _targets.Clear();
        }

        Watch.Dispose();
    }

    private void Trim()
    {
        Target[] targets;
        lock (_gate) targets = [.. _targets.Values.Select(entry => entry.Target)];
        foreach (var target in targets) target.Idle.Trim(Watch.Now - IdleConnections.MaxIdleMilliseconds);
    }
}
