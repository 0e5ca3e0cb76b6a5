using System.Text;

using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Gossip.Tests.Wire;

public sealed class Re2PatternTests
{
    [Theory]
    [InlineData("py.*", "happy")]
    [InlineData("^web$", "web")]
    [InlineData("", "anything")]
    [InlineData("(?P<kind>web|db)-(?P<number>\\d+)", "db-12")]
    [InlineData("(?<kind>web)", "web")]
    [InlineData("a\\z", "ba")]
    [InlineData("(?i)WEB", "web")]
    [InlineData("(?i:W)eb", "web")]
    [InlineData("(?s).\\n.", "a\nb")]
    [InlineData("(?s)a.b", "a\nb")]
    [InlineData("(?m)^b$", "a\nb\nc")]
    [InlineData("(?U)a+b", "aab")]
    [InlineData("\\pN\\p{Lu}\\PN", "1Ax")]
    [InlineData("\\p{^Lu}", "a")]
    [InlineData("[[:alpha:]]+[[:^alpha:]]", "ab1")]
    [InlineData("^[]a]+$", "]a")]
    [InlineData("^[^]a]+$", "[b")]
    [InlineData("^[a-]+$", "a-a")]
    [InlineData("^[\\]\\-a]+$", "]-a")]
    [InlineData("[a[]", "[")]
    [InlineData("^[\\d\\S]+$", "1a")]
    [InlineData("\\Qa.b*\\E+", "a.b**")]
    [InlineData("\\Qa|b", "xa|b")]
    [InlineData("\\x41\\x{42}\\103\\0", "ABC\0")]
    [InlineData("a{2}b{1,}c{0,2}", "aabbc")]
    [InlineData("a{,2}", "a{,2}")]
    [InlineData("x{", "x{")]
    [InlineData("a+?b*?c??", "ab")]
    [InlineData("é", "café")]
    [InlineData("😀{2}", "😀😀")]
    [InlineData("# comment", "# comment")]
    public void What_RE2_matches_matches(string expression, string value)
    {
        Assert.True(Re2Pattern.TryCreate(expression, out var regex));
        Assert.Matches(regex, value);
    }

    [Theory]
    [InlineData("^web$", "web\n")]
    [InlineData("a.b", "a\nb")]
    [InlineData("\\d", "٣")]
    [InlineData("\\w", "é")]
    [InlineData("[\\D]", "7")]
    [InlineData("(?m:^b)$", "b\nc")]
    [InlineData("(?i)a(?-i)b", "AB")]
    [InlineData("(?i:a)b", "AB")]
    [InlineData("WEB", "web")]
    [InlineData("[^\\w]", "a_9")]
    public void What_RE2_does_not_match_does_not(string expression, string value)
    {
        Assert.True(Re2Pattern.TryCreate(expression, out var regex));
        Assert.DoesNotMatch(regex, value);
    }

    [Theory]
    [InlineData("(")]
    [InlineData(")")]
    [InlineData("a)")]
    [InlineData("[a")]
    [InlineData("[b-a]")]
    [InlineData("[[:nosuch:]]")]
    [InlineData("*")]
    [InlineData("a|*")]
    [InlineData("(*)")]
    [InlineData("a**")]
    [InlineData("a{2}{3}")]
    [InlineData("a{2,1}")]
    [InlineData("a{1001}")]
    [InlineData("((a{100}){100})")]
    [InlineData("(?=a)")]
    [InlineData("(?!a)")]
    [InlineData("(?<=a)")]
    [InlineData("(?>a)")]
    [InlineData("(a)\\1")]
    [InlineData("(?P<n>a)(?P=n)")]
    [InlineData("(?P<bad name>a)")]
    [InlineData("\\C")]
    [InlineData("\\Z")]
    [InlineData("\\G")]
    [InlineData("\\")]
    [InlineData("\\p{Nosuch}")]
    [InlineData("\\x{110000}")]
    [InlineData("(?x)a")]
    [InlineData("(?#note)")]
    public void What_RE2_refuses_is_refused(string expression) => Assert.False(Re2Pattern.TryCreate(expression, out _));

    [Fact]
    public void A_large_expression_is_refused()
    {
        Assert.False(Re2Pattern.TryCreate(new string('a', Re2Pattern.MaxLength + 1), out _));
        Assert.True(Re2Pattern.TryCreate("[a-f0-9]{32}-[a-f0-9]{1000}", out _));
        Assert.False(Re2Pattern.TryCreate(string.Concat(Enumerable.Repeat("a{1000}", 11)), out _));
    }

    [Fact]
    public void Whatever_is_put_in_nothing_is_thrown()
    {
        var prng = new Prng(5);
        const string Alphabet = @"a1-^$.|()[]{}*+?\:<>PpQEdDwsSxzimU,0{2}é ";
        var accepted = 0;
        var text = new StringBuilder();
        for (var round = 0; round < 20_000; round++)
        {
            text.Clear();
            for (var length = prng.Next(12); length >= 0; length--) text.Append(Alphabet[prng.Next(Alphabet.Length)]);
            if (!Re2Pattern.TryCreate(text.ToString(), out var regex)) continue;
            accepted++;
            _ = regex.IsMatch("a1-b\n{2}");
        }

        Assert.InRange(accepted, 1_000, 19_000);
    }
}
