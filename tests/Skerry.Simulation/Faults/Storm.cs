using Skerry.Primitives;

namespace Skerry.Simulation;

/// <summary>
/// Brings faults upon a world for a while, then undoes them all. Each kind of fault comes as a Poisson process with a generator of its
/// own, so switching one kind off leaves the times of the others as they were.
/// </summary>
internal sealed class Storm
{
    private readonly World _world;
    private readonly FaultOptions _options;
    private readonly HashSet<SimulatedNode> _crashed = [];
    private readonly NetworkOptions _usual;
    private bool _isOver;

    /// <summary>A storm that has not begun.</summary>
    public Storm(World world, FaultOptions options)
    {
        (_world, _options) = (world, options);
        _usual = world.Network.Options;
    }

    /// <summary>Clocks that drift and loops that are late: what is wrong with machines before anything runs on them.</summary>
    public void ShapeMachines()
    {
        var random = _world.Random.Fork();
        foreach (var node in _world.Nodes)
        {
            var drift = random.Next((2 * _options.DriftPpm) + 1) - _options.DriftPpm;
            node.Clock = new LocalClock(Instant.Origin, Instant.Origin + random.NextDuration(TimeSpan.FromDays(1)), drift);
            if (random.Chance(_options.LateShare)) _world.Delay(node, _options.Lateness);
        }
    }

    /// <summary>Lets the faults begin.</summary>
    public void Begin()
    {
        Repeat(_options.CrashEvery, Crash);
        Repeat(_options.PauseEvery, Pause);
        Repeat(_options.PartitionEvery, Part);
        Repeat(_options.LinkEvery, CutLink);
        Repeat(_options.WeatherEvery, Weather);
    }

    /// <summary>
    /// Ends all faults: cuts are mended, the network is a good one, paused processes go on, crashed ones start again, loops keep time.
    /// </summary>
    /// <param name="calm">The network from now on.</param>
    public void End(NetworkOptions calm)
    {
        _isOver = true;
        _world.Network.MendAll();
        _world.Network.Options = calm;
        foreach (var node in _world.Nodes)
        {
            if (node.Lag > TimeSpan.Zero) _world.Delay(node, TimeSpan.Zero);
            _world.Resume(node);
            if (_crashed.Contains(node)) Restart(node);
        }

        _world.Note("calm", -1, -1, null);
    }

    private void Repeat(TimeSpan mean, Action<Prng> fault)
    {
        var random = _world.Random.Fork();
        if (mean > TimeSpan.Zero) Next();

        void Next() => _world.After(mean * Exponential.Draw(random), () =>
        {
            if (_isOver) return;
            fault(random);
            Next();
        });
    }

    private void Crash(Prng random)
    {
        var node = _world.Nodes[random.Next(_world.Nodes.Count)];
        var withMachine = random.Chance(_options.MachineShare);
        var down = random.NextDuration(_options.DownFor);
        if (!node.IsRunning || _crashed.Count >= _options.MostDown * _world.Nodes.Count) return;
        _crashed.Add(node);
        _world.Crash(node, withMachine);
        _world.After(down, () =>
        {
            if (!_isOver) Restart(node);
        });
    }

    private void Restart(SimulatedNode node)
    {
        _crashed.Remove(node);
        if (!node.IsRunning) _world.Start(node);
    }

    private void Pause(Prng random)
    {
        var node = _world.Nodes[random.Next(_world.Nodes.Count)];
        var duration = random.NextDuration(_options.PauseFor);
        if (node.State == NodeState.Up) _world.Pause(node, duration);
    }

    private void Part(Prng random)
    {
        var inside = new bool[_world.Nodes.Count];

        // Half of the partitions isolate one node: the case where the protocol's own wisdom (Lifeguard) matters most.
        var share = random.Chance(0.5) ? 0 : random.NextDouble();
        for (var i = 0; i < inside.Length; i++) inside[i] = random.Chance(share);
        inside[random.Next(inside.Length)] = true;
        var isOneWay = random.Chance(_options.OneWayShare);
        var isOut = random.Chance(0.5);
        Stand(new Partition(inside, !isOneWay || isOut, !isOneWay || !isOut), random.NextDuration(_options.PartitionFor));
    }

    private void CutLink(Prng random)
    {
        var from = random.Next(_world.Nodes.Count);
        var to = random.Next(_world.Nodes.Count);
        var duration = random.NextDuration(_options.LinkFor);
        if (_options.FlapPeriod <= TimeSpan.Zero) Stand(new LinkCut(from, to), duration);
        else Flap(new LinkCut(from, to), _world.Now + duration, random.Fork());
    }

    private void Flap(LinkCut cut, Instant end, Prng random)
    {
        if (_isOver || _world.Now >= end) return;
        Stand(cut, random.NextDuration(_options.FlapPeriod));
        _world.After(_options.FlapPeriod + random.NextDuration(_options.FlapPeriod), () => Flap(cut, end, random));
    }

    private void Stand(Cut cut, TimeSpan duration)
    {
        _world.Note("cut", -1, -1, cut);
        _world.Network.Add(cut);
        _world.After(duration, () =>
        {
            if (_world.Network.Mend(cut)) _world.Note("mend", -1, -1, cut);
        });
    }

    private void Weather(Prng random)
    {
        var duration = random.NextDuration(_options.WeatherFor);
        _world.Note("weather", -1, -1, "bad");
        _world.Network.Options = _usual with
        {
            Loss = Math.Max(_usual.Loss, _options.WeatherLoss),
            MeanExtraDelay = _usual.MeanExtraDelay * _options.WeatherDelay,
        };
        _world.After(duration, () =>
        {
            if (_isOver) return;
            _world.Note("weather", -1, -1, "fair");
            _world.Network.Options = _usual;
        });
    }
}
