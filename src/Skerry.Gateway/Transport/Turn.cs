namespace Skerry.Gateway.Transport;

/// <summary>
/// How much one connection moves before the others of its loop have their turn. Where both ends are faster than the loop no call ever has to wait, and without this one
/// large body would keep the thread from everybody else until its end.
/// </summary>
internal struct Turn
{
    /// <summary>Bytes: some 50 us of copying, against the few that going on elsewhere costs.</summary>
    private const int Most = 256 * 1024;

    private int _moved;

    /// <summary>Counts bytes moved; true when the turn is over, and the next begins.</summary>
    public bool IsOverAfter(int bytes)
    {
        _moved += bytes;
        if (_moved < Most) return false;
        _moved = 0;
        return true;
    }
}
