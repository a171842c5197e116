using System.Text;

namespace VerifyTests;

/// <summary>Says what differs: first all files, then the texts.</summary>
internal static class FailureMessage
{
    public static string Build(string directory, Comparison comparison)
    {
        StringBuilder builder = new();
        Line($"Directory: {directory}");
        Files("New:", comparison.New.Select(difference => difference.File));
        Files("NotEqual:", comparison.NotEqual.Select(difference => difference.File));
        if (comparison.Orphans.Count > 0)
        {
            Line("Delete:");
            foreach (string orphan in comparison.Orphans)
            {
                Line($"  - {Path.GetFileName(orphan)}");
            }
        }

        Files("Equal:", comparison.Matching);
        if (!VerifierSettings.OmitContent && comparison.New.Count + comparison.NotEqual.Count > 0)
        {
            Line("");
            Line("FileContent:");
            Line("");
            Contents("New:", comparison.New, withVerified: false);
            Contents("NotEqual:", comparison.NotEqual, withVerified: true);
        }

        return builder.ToString();

        void Line(string line) => builder.Append(line).Append('\n');

        void Files(string heading, IEnumerable<FilePair> files)
        {
            foreach (FilePair file in files)
            {
                if (heading.Length > 0)
                {
                    Line(heading);
                    heading = "";
                }

                Line($"  - Received: {Path.GetFileName(file.ReceivedPath)}");
                Line($"    Verified: {Path.GetFileName(file.VerifiedPath)}");
            }
        }

        void Contents(string heading, List<Comparison.Difference> differences, bool withVerified)
        {
            if (differences.Count == 0)
            {
                return;
            }

            Line(heading);
            Line("");
            foreach (Comparison.Difference difference in differences)
            {
                Line($"Received: {Path.GetFileName(difference.File.ReceivedPath)}");
                Line(difference.Received);
                if (withVerified)
                {
                    Line($"Verified: {Path.GetFileName(difference.File.VerifiedPath)}");
                    Line(difference.Verified);
                }

                Line("");
            }
        }
    }
}
