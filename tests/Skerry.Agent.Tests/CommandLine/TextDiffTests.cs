using Skerry.Agent.CommandLine;

namespace Skerry.Agent.Tests.CommandLine;

public sealed class TextDiffTests
{
    [Fact]
    public void Texts_that_are_the_same_have_no_difference() => Assert.Equal("", TextDiff.Of(("a", "x\n"), ("b", "x\n")));

    [Fact]
    public void A_difference_is_what_diff_u_prints()
    {
        var before = string.Join('\n', Enumerable.Range(1, 30).Select(i => $"line {i}")) + "\n";
        var after = before.Replace("line 5\n", "line five\n", StringComparison.Ordinal).Replace("line 8\n", "", StringComparison.Ordinal).Replace("line 25\n", "line 25\nmore\n", StringComparison.Ordinal);
        Assert.Equal(
            """
            --- a
            +++ b
            @@ -2,10 +2,9 @@
             line 2
             line 3
             line 4
            -line 5
            +line five
             line 6
             line 7
            -line 8
             line 9
             line 10
             line 11
            @@ -23,6 +22,7 @@
             line 23
             line 24
             line 25
            +more
             line 26
             line 27
             line 28

            """,
            TextDiff.Of(("a", before), ("b", after)));
    }

    [Fact]
    public void What_comes_or_goes_whole_starts_at_nothing()
    {
        Assert.Equal("--- /dev/null\n+++ b\n@@ -0,0 +1,1 @@\n+x\n", TextDiff.Of(("/dev/null", ""), ("b", "x\n")));
        Assert.Equal("--- a\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-x\n", TextDiff.Of(("a", "x\n"), ("/dev/null", "")));
    }
}
