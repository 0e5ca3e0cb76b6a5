namespace Skerry.Gossip.Core;

/// <summary>Lifeguard's local health: how far this node doubts itself before it blames others. 0 is well.</summary>
/// <param name="maxMultiplier">One more than the worst score.</param>
internal sealed class Awareness(int maxMultiplier)
{
    /// <summary>0 .. the multiplier less one.</summary>
    public int Score { get; private set; }

    /// <summary>Moves the score; it stays in its bounds.</summary>
    public void Apply(int delta) => Score = Math.Clamp(Score + delta, 0, maxMultiplier - 1);

    /// <summary>A timeout stretched by the score.</summary>
    public TimeSpan Scale(TimeSpan timeout) => timeout * (Score + 1);
}
