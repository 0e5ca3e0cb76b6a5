namespace Skerry.Api.Acl.Rules;

/// <summary>
/// Reads the notation of a policy's rules, HCL's or JSON's, into nodes. A block with labels is a block in a block: <c>key "a" { … }</c> is
/// <c>key { "a" { … } }</c>, and a list of blocks is one block with all they hold.
/// </summary>
/// <param name="source">The rules.</param>
internal ref struct RulesReader(ReadOnlySpan<char> source)
{
    /// <summary>Blocks within blocks; no rule has more than three.</summary>
    private const int MaxDepth = 8;

    private RulesLexer _lexer = new(source);
    private RulesToken _token;

    /// <summary>Where reading stopped, in characters.</summary>
    public int ErrorAt { get; private set; }

    /// <summary>Why.</summary>
    public string Error { get; private set; } = "";

    /// <summary>Reads all of it.</summary>
    /// <returns>Null: it cannot be read.</returns>
    public RulesNode? Read()
    {
        if (!Next()) return null;
        // JSON's outermost braces.
        var isJson = _token.Kind == RulesTokenKind.Open;
        if (isJson && !Next()) return null;
        var entries = new List<(string, RulesNode, int)>();
        if (!ReadEntries(entries, isJson ? RulesTokenKind.Close : RulesTokenKind.End, 0)) return null;
        if (isJson && (!Next() || (_token.Kind != RulesTokenKind.End && !Fail(_token.At, "something behind the last brace")))) return null;
        return new RulesNode(null, entries, 0);
    }

    /// <summary>Entries up to the token that ends them, which stays the current one.</summary>
    private bool ReadEntries(List<(string, RulesNode, int)> into, RulesTokenKind end, int depth)
    {
        while (_token.Kind != end)
        {
            if (_token.Kind is not (RulesTokenKind.Word or RulesTokenKind.Text)) return Fail(_token.At, end == RulesTokenKind.End ? "a key is missing" : "a key or a closing brace is missing");
            var (key, at) = (_token.Text, _token.At);
            if (!Next() || ReadValue(depth) is not { } value || !Next()) return false;
            into.Add((key, value, at));
            if (_token.Kind == RulesTokenKind.Comma && !Next()) return false;
        }

        return true;
    }

    /// <summary>What stands behind a key; its last token stays the current one.</summary>
    private RulesNode? ReadValue(int depth)
    {
        if (depth >= MaxDepth)
        {
            Fail(_token.At, "too many braces within braces");
            return null;
        }

        var at = _token.At;
        switch (_token.Kind)
        {
            case RulesTokenKind.Is:
                if (!Next()) return null;
                return _token.Kind switch
                {
                    RulesTokenKind.Text => new RulesNode(_token.Text, [], at),
                    RulesTokenKind.OpenList => ReadList(depth),
                    RulesTokenKind.Open => ReadBlock(depth),
                    _ => FailNode(_token.At, "a text in double quotes is missing"),
                };
            case RulesTokenKind.Open:
                return ReadBlock(depth);
            case RulesTokenKind.Text:
                var label = _token.Text;
                return Next() && ReadValue(depth + 1) is { } block ? new RulesNode(null, [(label, block, at)], at) : null;
            default:
                return FailNode(at, "'=' or '{' is missing behind a key");
        }
    }

    private RulesNode? ReadBlock(int depth)
    {
        var at = _token.At;
        var entries = new List<(string, RulesNode, int)>();
        return Next() && ReadEntries(entries, RulesTokenKind.Close, depth + 1) ? new RulesNode(null, entries, at) : null;
    }

    private RulesNode? ReadList(int depth)
    {
        var at = _token.At;
        var entries = new List<(string, RulesNode, int)>();
        if (!Next()) return null;
        while (_token.Kind != RulesTokenKind.CloseList)
        {
            if (_token.Kind != RulesTokenKind.Open) return FailNode(_token.At, "a list holds blocks in braces");
            if (!Next() || !ReadEntries(entries, RulesTokenKind.Close, depth + 1) || !Next()) return null;
            if (_token.Kind == RulesTokenKind.Comma && !Next()) return null;
        }

        return new RulesNode(null, entries, at);
    }

    private bool Next() => _lexer.TryNext(out _token) || Fail(_token.At, _token.Text);

    private bool Fail(int at, string why)
    {
        (ErrorAt, Error) = (at, why);
        return false;
    }

    private RulesNode? FailNode(int at, string why)
    {
        Fail(at, why);
        return null;
    }
}
