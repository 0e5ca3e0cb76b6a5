using System.Diagnostics.CodeAnalysis;

namespace Skerry.Libp2p.Core.Multistream;

/// <summary>
/// Which protocol the two ends of a channel speak (multistream-select 1.0, libp2p connections/README.md).
/// <code>
/// dialler                                   listener
///   /multistream/1.0.0, /first/1.0.0   ->
///                                     &lt;-    /multistream/1.0.0, na
///   /second/1.0.0                      ->
///                                     &lt;-    /second/1.0.0
/// </code>
/// </summary>
internal sealed class MultistreamCore
{
    /// <summary>The first word of either side.</summary>
    public const string Version = "/multistream/1.0.0";
    private const string NotAvailable = "na";

    /// <summary>A listener is asked so often, then it has enough.</summary>
    private const int MaxProposals = 32;

    private readonly Queue<string> _outputs = new();
    private readonly Queue<string> _wanted;
    private Func<string, bool>? _speaks;
    private bool _hasVersion;
    private int _proposals;

    private MultistreamCore(IEnumerable<string> wanted, Func<string, bool>? speaks)
    {
        _wanted = new Queue<string>(wanted);
        _speaks = speaks;
        _outputs.Enqueue(Version);
    }

    /// <summary>Whether this side proposes.</summary>
    public bool IsDialler => _speaks is null;

    /// <summary>Whether the other side has proposed anything.</summary>
    public bool IsAsked { get; private set; }

    /// <summary>What both speak, once they have agreed.</summary>
    public string? Selected { get; private set; }

    /// <summary>Why they cannot agree.</summary>
    public string? Failure { get; private set; }

    /// <summary>The side that proposes.</summary>
    /// <param name="wanted">What it speaks, the best first; one at least.</param>
    public static MultistreamCore Dialler(IReadOnlyList<string> wanted)
    {
        var core = new MultistreamCore(wanted, speaks: null);
        core._outputs.Enqueue(core._wanted.Peek());
        return core;
    }

    /// <summary>The side that answers.</summary>
    public static MultistreamCore Listener(Func<string, bool> speaks) => new([], speaks);

    /// <summary>The side that answers has heard no proposal, so the other side waits for one, too: this one proposes from now on.</summary>
    public void TakeLead(IReadOnlyList<string> wanted)
    {
        _speaks = null;
        foreach (var word in wanted) _wanted.Enqueue(word);
        _outputs.Enqueue(_wanted.Peek());
    }

    /// <summary>The next word to send; false when there is none.</summary>
    public bool TryTake([NotNullWhen(true)] out string? word) => _outputs.TryDequeue(out word);

    /// <summary>The other side has said a word.</summary>
    public void Receive(string word)
    {
        if (!_hasVersion)
        {
            _hasVersion = true;
            if (word != Version) Failure = $"the peer speaks '{Shown(word)}', not {Version}";
        }
        else if (_speaks is null)
        {
            OnAnswer(word);
        }
        else
        {
            OnProposal(word);
        }
    }

    private void OnAnswer(string word)
    {
        var proposed = _wanted.Dequeue();
        if (word == proposed) Selected = proposed;
        else if (word != NotAvailable) Failure = $"the peer answers '{Shown(word)}' to '{proposed}'";
        else if (_wanted.TryPeek(out var next)) _outputs.Enqueue(next);
        else Failure = $"the peer does not speak {proposed}";
    }

    private void OnProposal(string word)
    {
        IsAsked = true;
        if (_speaks!(word))
        {
            Selected = word;
            _outputs.Enqueue(word);
        }
        else if (++_proposals < MaxProposals)
        {
            _outputs.Enqueue(NotAvailable);
        }
        else
        {
            Failure = $"the peer proposed {_proposals} protocols, none of which is spoken here";
        }
    }

    private static string Shown(string word) => word.Length <= 64 ? word : word[..64] + "…";
}
