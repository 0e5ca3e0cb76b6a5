using Microsoft.Extensions.Logging;

using Skerry.Gateway.Http1;

namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>Every instance any pipeline names, once: connections and health survive a change of pipelines and of the catalog.</summary>
internal sealed class TargetRegistry(TimeProvider time, ILogger logger) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Host, int Port), (Target Target, int Users)> _targets = [];

    public DeadlineWatch Watch { get; } = new(time);

    /// <summary>The instance at an address, with a share of it taken.</summary>
    public Target Acquire(string host, int port)
    {
        lock (_gate)
        {
            var (target, users) = _targets.TryGetValue((host, port), out var known) ? known : (new Target(host, port, Watch, logger), 0);
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
        lock (_gate)
        {
            foreach (var (target, _) in _targets.Values) target.Dispose();
            _targets.Clear();
        }

        Watch.Dispose();
    }
}
