namespace Skerry.Tunnel.Core.Relays;

/// <summary>
/// A relay's load as the mesh is told of it: in quarters, so that what changes all the time is not told all the time. It rises when the next quarter is in use, and
/// falls when clearly less is.
/// </summary>
internal sealed class LoadStep
{
    private const int Steps = 4;

    /// <summary>It falls when so much less than the step is in use.</summary>
    private const double Slack = 0.1;

    private int _step;

    /// <summary>0, 25, 50, 75, or 100: there is no room.</summary>
    public int Percent => _step * 100 / Steps;

    /// <summary>So much is in use now: 0 to 1, or above.</summary>
    /// <returns>Whether <see cref="Percent"/> is another one.</returns>
    public bool Update(double share)
    {
        var before = _step;
        var rising = StepOf(share);
        // A step is left downwards as if a little more were in use than is.
        _step = rising > _step ? rising : Math.Min(_step, StepOf(share + Slack));
        return _step != before;
    }

    private static int StepOf(double share) => (int)Math.Clamp(share * Steps, 0, Steps);
}
