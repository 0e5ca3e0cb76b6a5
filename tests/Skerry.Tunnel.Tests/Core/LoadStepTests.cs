using Skerry.Tunnel.Core.Relays;

namespace Skerry.Tunnel.Tests.Core;

/// <summary>What the mesh hears of a relay's load.</summary>
public sealed class LoadStepTests
{
    private readonly LoadStep _load = new();

    [Fact]
    public void It_is_told_in_quarters_and_full_only_when_there_is_no_room()
    {
        foreach (var (share, percent) in ((double, int)[])[(0, 0), (0.24, 0), (0.26, 25), (0.5, 50), (0.76, 75), (0.999, 75), (1, 100), (7, 100)])
        {
            _load.Update(share);
            Assert.Equal(percent, _load.Percent);
        }
    }

    [Fact]
    public void It_falls_when_clearly_less_is_in_use()
    {
        Assert.True(_load.Update(1));
        Assert.False(_load.Update(0.91));
        Assert.True(_load.Update(0.89));
        Assert.Equal(75, _load.Percent);
        Assert.False(_load.Update(0.66));
        Assert.True(_load.Update(0.1));
        Assert.Equal(0, _load.Percent);
    }

    [Fact]
    public void What_swings_about_a_step_is_told_once()
    {
        var told = 0;
        for (var i = 0; i < 1000; i++) told += _load.Update(i % 2 == 0 ? 0.52 : 0.45) ? 1 : 0;
        Assert.Equal(1, told);
    }
}
